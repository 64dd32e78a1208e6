import Glibc

/// nginx with one worker that answers `return 200` to the same requests: it neither checks nor
/// stores, so it is the ceiling.
final class NginxProcess {
  let port: UInt16
  private let child: Child

  init(folder: String) throws {
    port = try freePort()
    let root = folder + "/nginx"
    mkdir(root, 0o755)
    try TextFile.write(Self.configuration(root: root, port: port), to: root + "/nginx.conf")
    child = try Child(
      "/usr/sbin/nginx", ["-p", root, "-c", root + "/nginx.conf", "-e", root + "/error.log"],
      outputPath: root + "/output.log")
    try ServerProcess.awaitAnswer(port: port, path: "/health")
  }

  func stop() { child.end(SIGQUIT) }

  private static func configuration(root: String, port: UInt16) -> String {
    let paths = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
      .map { "\($0)_temp_path \(root)/\($0);" }.joined(separator: " ")
    return """
      daemon off;
      worker_processes 1;
      pid \(root)/nginx.pid;
      events { worker_connections 2048; }
      http {
        access_log off;
        \(paths)
        keepalive_requests 1000000000;
        client_body_buffer_size 16k;
        server {
          listen 127.0.0.1:\(port) backlog=4096;
          location /health { return 200 '{"status":"ok","version":"0.1.0"}'; }
          location / { return 200 'Stored.'; }
        }
      }

      """
  }
}
