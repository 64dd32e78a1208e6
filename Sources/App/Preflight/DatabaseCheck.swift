import Glibc
import Store

/// Whether events can be stored where `DATABASE_URL` says. Nothing is made or changed.
struct DatabaseCheck {
  let path: String
  let livemode: Bool?

  func findings() -> [Finding] {
    let folder = path.contains("/") ? String(path[..<path.lastIndex(of: "/")!]) : "."
    let place = folder.isEmpty ? "/" : folder
    guard access(place, W_OK | X_OK) == 0 else {
      return [
        .error(
          "database.folder", "\(place): \(String(cString: strerror(errno)))",
          "make the folder of DATABASE_URL and give it to the user that runs the server")
      ]
    }
    guard access(path, F_OK) == 0 else {
      return [.ok("database.new", "\(path) will be made on the first start")]
    }
    guard access(path, R_OK | W_OK) == 0 else {
      return [
        .error(
          "database.unwritable", "\(path): \(String(cString: strerror(errno)))",
          "give the file to the user that runs the server (chown), and check that its file system "
            + "is not mounted read-only")
      ]
    }
    do { return findings(try StoreInspection(path: path)) } catch {
      return [
        .error(
          "database.unusable", "\(path): \(error)",
          "another process may hold it, its disk may be full, or it is no database of this "
            + "program: see the reason")
      ]
    }
  }

  private func findings(_ inspection: StoreInspection) -> [Finding] {
    var findings: [Finding] = []
    if inspection.version > inspection.known {
      findings.append(
        .error(
          "database.newer",
          "its schema is version \(inspection.version), this program knows \(inspection.known)",
          "run the newer version of the program, or restore a backup made before the upgrade"))
    } else if inspection.version < inspection.known {
      findings.append(
        .warning(
          "database.older",
          "its schema is version \(inspection.version) of \(inspection.known)",
          "it is brought up to date by the next start; stripe-mirakl backup first"))
    } else {
      findings.append(.ok("database.usable", "\(path) can be written to"))
    }
    if let livemode, let mode = inspection.mode, mode != (livemode ? "live" : "test") {
      findings.append(
        .error(
          "stripe.mode",
          "STRIPE_CLIENT_SECRET is a \(livemode ? "live" : "test") key, but the database holds "
            + "\(mode) data (X2)",
          "use the key of the \(mode) mode, or another DATABASE_URL"))
    }
    return findings
  }
}
