import Glibc

/// What a process has used, from `/proc`.
struct ProcessUsage {
  /// User and system time, in the kernel's steps of 10 ms.
  let cpuMs: Int64
  let residentBytes: Int64

  init(_ process: pid_t) {
    let stat = TextFile.read("/proc/\(process)/stat")
    // The name in parentheses may hold blanks.
    let fields = stat.split(separator: ")").last?.split(separator: " ") ?? []
    let ticks = fields.count > 12 ? (Int64(fields[11]) ?? 0) + (Int64(fields[12]) ?? 0) : 0
    cpuMs = ticks * 1_000 / Int64(sysconf(Int32(_SC_CLK_TCK)))
    let pages = TextFile.read("/proc/\(process)/statm").split(separator: " ")
    residentBytes =
      (pages.count > 1 ? Int64(pages[1]) ?? 0 : 0) * Int64(sysconf(Int32(_SC_PAGESIZE)))
  }
}
