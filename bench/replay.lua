-- Replays the requests of a file in a circle, and prints what came of it as one line of JSON.
-- A line of the file is a path and then headers, separated by tabs: /journeys<TAB>Authorization: Bearer …

local requests, last, started = {}, 0, false

function init(args)
  for line in io.lines(args[1]) do
    local path, rest = line:match('^([^\t]*)(.*)$')
    local headers = {}
    for name, value in rest:gmatch('\t([^:\t]+): ([^\t]*)') do
      headers[name] = value
    end
    requests[#requests + 1] = wrk.format('GET', path, headers)
  end
end

function request()
  -- From here on wrk can be interrupted, and then reports.
  if not started then
    started = true
    io.stderr:write('started\n')
  end
  last = last % #requests + 1
  return requests[last]
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '{"requests":%d,"microseconds":%d,"p99":%d,"refused":%d,"failed":%d}\n',
    summary.requests, summary.duration, latency:percentile(99), errors.status,
    errors.connect + errors.read + errors.write + errors.timeout))
end
