-- Sends the requests of a file in turn, and prints what came of it as a line of JSON.
-- A line of the file is a path and then headers, separated by tabs: /journeys<TAB>Authorization: Bearer …

local requests, last = {}, 0

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
  last = last % #requests + 1
  return requests[last]
end

function done(summary)
  local errors = summary.errors
  io.write(string.format('{"requests":%d,"microseconds":%d,"failed":%d}\n', summary.requests, summary.duration,
    errors.status + errors.connect + errors.read + errors.write + errors.timeout))
end
