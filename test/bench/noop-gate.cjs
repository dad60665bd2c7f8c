// noop-gate SOCKET: a gate that allows everything, for what asking any gate costs an engine. It stands in where there is no Go.
const { createServer } = require('node:http')

const server = createServer((request, response) => {
  const text = JSON.stringify(request.url === '/Plugin.Activate' ? { Implements: ['authz'] } : { Allow: true })
  request.resume().on('end', () => {
    response.writeHead(200, {
      'Content-Type': 'application/vnd.docker.plugins.v1.2+json',
      'Content-Length': Buffer.byteLength(text),
    })
    response.end(text)
  })
})
// The engine keeps its connections, as it does with ours.
server.keepAliveTimeout = 0
server.listen(process.argv[2])
