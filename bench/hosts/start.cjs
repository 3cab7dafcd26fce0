// The least that can be started: what a start of the sandbox is measured by.
const { createServer } = require('node:http')

const server = createServer((_request, response) => response.end('{}'))
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`))
