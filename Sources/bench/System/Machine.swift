import Glibc

/// Where the figures come from: they belong to this machine.
struct Machine: Codable {
  let processor: String
  let cores: Int
  let memoryMB: Int
  let kernel: String
  let disk: String
  let product: String
  let nginx: String
  let atUTC: String

  init(server: String, folder: String) {
    let cpu = TextFile.read("/proc/cpuinfo").split(separator: "\n")
      .first { $0.hasPrefix("model name") }
    processor =
      cpu?.split(separator: ":").last.map { $0.drop { $0 == " " } }.map(String.init) ?? "?"
    cores = sysconf(Int32(_SC_NPROCESSORS_ONLN))
    memoryMB = sysconf(Int32(_SC_PHYS_PAGES)) / 1_024 * sysconf(Int32(_SC_PAGESIZE)) / 1_024
    kernel = TextFile.read("/proc/sys/kernel/osrelease").filter { $0 != "\n" }
    disk = Child.output("/usr/bin/stat", ["-f", "-c", "%T", folder], in: folder)
    product = Child.output(server, ["--version"], in: folder)
    nginx = Child.output("/usr/sbin/nginx", ["-v"], in: folder)
    atUTC = Child.output("/usr/bin/date", ["-u", "+%Y-%m-%d %H:%M"], in: folder)
  }

  var text: String {
    "\(processor), \(cores) cores, \(memoryMB) MB, Linux \(kernel), \(disk); "
      + "stripe-mirakl \(product); \(nginx); \(atUTC) UTC"
  }
}
