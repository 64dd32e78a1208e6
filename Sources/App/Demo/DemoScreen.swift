import Glibc

/// The demonstration's output: one line that is rewritten on a terminal, plain lines elsewhere.
final class DemoScreen {
  private let isTerminal = isatty(STDOUT_FILENO) == 1
  private var last = ""

  func line(_ text: String) {
    if isTerminal, !last.isEmpty { put("\r\u{1B}[2K") }
    last = ""
    put(text + "\n")
  }

  /// Shown in place on a terminal; elsewhere as a line whenever it changes.
  func progress(_ done: Int, of total: Int, _ what: String) {
    let text: String
    if isTerminal {
      let width = 30
      let filled = total == 0 ? width : width * done / total
      let bar =
        String(repeating: "█", count: filled) + String(repeating: "·", count: width - filled)
      text = "  \(bar) \(done)/\(total) \(what)"
    } else {
      text = "  \(done)/\(total) \(what)"
    }
    guard text != last else { return }
    last = text
    put(isTerminal ? "\r\u{1B}[2K" + text : text + "\n")
  }

  private func put(_ text: String) {
    let bytes = Array(text.utf8)
    _ = bytes.withUnsafeBytes { write(STDOUT_FILENO, $0.baseAddress, $0.count) }
  }
}
