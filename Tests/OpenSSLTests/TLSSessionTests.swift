import Glibc
import OpenSSL
import TLSTestSupport
import Testing

/// Both sides of a connection, in one thread.
private final class Pair {
  let descriptors: [Int32]
  let server: TLSSession
  let client: TLSClient

  init(_ context: TLSContext, _ options: TLSClient.Options = .init()) throws {
    var pair: [Int32] = [0, 0]
    let kind = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
    #expect(socketpair(AF_UNIX, kind, 0, &pair) == 0)
    descriptors = pair
    server = try #require(TLSSession(context, descriptor: pair[0]))
    client = TLSClient(descriptor: pair[1], options)
  }

  deinit { for descriptor in descriptors { close(descriptor) } }

  /// The client sends, the server reads, until one of them has come to an end.
  func send(_ text: String) -> (client: TLSClient.Transfer, server: TLSSession.Transfer, String) {
    var buffer = [UInt8](repeating: 0, count: 1_024)
    var sent = TLSClient.Transfer.wait
    for _ in 0..<20 {
      if sent == .wait { sent = client.send(text) }
      let read = buffer.withUnsafeMutableBytes { server.receive(into: $0) }
      if case .bytes(let count) = read {
        return (sent, read, String(decoding: buffer[..<count], as: UTF8.self))
      }
      guard read == .wantsRead else { return (client.send(text), read, "") }
    }
    return (sent, .wantsRead, "")
  }

  /// The server answers, and the client reads it: session tickets come along.
  func answer(_ text: String) -> String {
    let sent = Array(text.utf8).withUnsafeBytes { server.send($0) }
    #expect(sent == .bytes(text.utf8.count))
    var buffer = [UInt8](repeating: 0, count: 1_024)
    guard case .bytes(let count) = buffer.withUnsafeMutableBytes({ client.receive(into: $0) })
    else { return "" }
    return String(decoding: buffer[..<count], as: UTF8.self)
  }
}

@Suite("TLSSession") struct TLSSessionTests {
  private let context: TLSContext

  init() throws {
    context = try TLSContext(
      certificatePath: TestCertificates.path("chain.pem"),
      keyPath: TestCertificates.path("server-key.pem"))
  }

  private func options(_ change: (inout TLSClient.Options) -> Void) -> TLSClient.Options {
    var options = TLSClient.Options()
    change(&options)
    return options
  }

  @Test(
    "TLS 1.2 and 1.3 are spoken, with a certificate that the client trusts",
    arguments: [(TLSClient.tls12, "TLSv1.2"), (TLSClient.tls13, "TLSv1.3")])
  func speaks(_ version: Int32, _ name: String) throws {
    let pair = try Pair(context, options { $0.version = version })
    #expect(pair.send("hello").2 == "hello")
    #expect(pair.answer("good day") == "good day")
    #expect(pair.client.version == name)
    #expect(pair.client.peer == "/CN=localhost")
    #expect(pair.server.isEstablished)
  }

  @Test("TLS 1.1 is refused")
  func refusesOld() throws {
    let pair = try Pair(context, options { $0.version = TLSClient.tls11 })
    guard case .failed(let reason) = pair.send("hello").server else {
      Issue.record("not refused")
      return
    }
    #expect(reason.contains("unsupported protocol"))
    #expect(!pair.server.isEstablished)
  }

  @Test(
    "without forward secrecy or authenticated encryption there is no connection",
    arguments: [
      "AES128-GCM-SHA256", "ECDHE-ECDSA-AES128-SHA", "ECDHE-ECDSA-AES256-SHA384",
      "ECDHE-ECDSA-AES128-CCM8:@SECLEVEL=0", "eNULL:@SECLEVEL=0",
    ])
  func refusesWeak(_ ciphers: String) throws {
    let pair = try Pair(
      context,
      options {
        $0.version = TLSClient.tls12
        $0.ciphers = ciphers
      })
    guard case .failed(let reason) = pair.send("hello").server else {
      Issue.record("not refused")
      return
    }
    #expect(reason.contains("no shared cipher"))
  }

  @Test(
    "http/1.1 is chosen by ALPN, without ALPN nothing, and h2 alone ends the handshake",
    arguments: [
      (["http/1.1"], "http/1.1"), (["h2", "http/1.1"], "http/1.1"), ([], ""), (["h2"], nil),
      (["http/1.0", "http/1"], nil),
    ] as [([String], String?)])
  func choosesProtocol(_ offered: [String], _ chosen: String?) throws {
    let pair = try Pair(context, options { $0.protocols = offered })
    let result = pair.send("hello")
    if let chosen {
      #expect(result.2 == "hello")
      #expect(pair.client.chosenProtocol == chosen)
    } else {
      #expect(result.2 == "")
      #expect(!pair.server.isEstablished)
    }
  }

  @Test(
    "a session is resumed with its ticket, by this context and by no other",
    arguments: [TLSClient.tls12, TLSClient.tls13])
  func resumes(_ version: Int32) throws {
    let first = try Pair(context, options { $0.version = version })
    _ = first.send("hello")
    _ = first.answer("good day")
    first.client.shutdown()
    let session = try #require(first.client.session)
    #expect(!first.client.isResumed)

    let second = try Pair(
      context,
      options {
        $0.version = version
        $0.session = session
      })
    #expect(second.send("again").2 == "again")
    #expect(second.client.isResumed)

    let renewed = try TLSContext(
      certificatePath: TestCertificates.path("renewed-chain.pem"),
      keyPath: TestCertificates.path("renewed-key.pem"))
    let third = try Pair(
      renewed,
      options {
        $0.version = version
        $0.session = session
      })
    #expect(third.send("anew").2 == "anew")
    #expect(!third.client.isResumed)
    #expect(third.client.peer == "/CN=localhost, renewed")
  }

  @Test("the end is told in due form, and a missing one is an end, too")
  func ends() throws {
    let told = try Pair(context)
    _ = told.send("hello")
    #expect(told.server.shutdown())
    var buffer = [UInt8](repeating: 0, count: 100)
    #expect(buffer.withUnsafeMutableBytes { told.client.receive(into: $0) } == .ended)
    told.client.shutdown()
    #expect(buffer.withUnsafeMutableBytes { told.server.receive(into: $0) } == .ended)

    let cut = try Pair(context)
    _ = cut.send("hello")
    Glibc.shutdown(cut.descriptors[1], Int32(SHUT_WR))
    #expect(buffer.withUnsafeMutableBytes { cut.server.receive(into: $0) } == .ended)
    #expect([1].withUnsafeBytes { cut.server.send($0) } != .wantsRead)
  }

  @Test("plain HTTP is recognised, other noise is a failure, and neither is read twice")
  func noise() throws {
    func first(_ text: String) throws -> TLSSession.Transfer {
      let pair = try Pair(context)
      _ = write(pair.descriptors[1], text, text.utf8.count)
      var buffer = [UInt8](repeating: 0, count: 100)
      let transfer = buffer.withUnsafeMutableBytes { pair.server.receive(into: $0) }
      #expect(buffer.withUnsafeMutableBytes { pair.server.receive(into: $0) } == .ended)
      #expect(pair.server.shutdown())
      return transfer
    }
    #expect(try first("GET / HTTP/1.1\r\n\r\n") == .isPlainHTTP)
    #expect(try first("POST / HTTP/1.1\r\n\r\n") == .isPlainHTTP)
    guard case .failed = try first("SSH-2.0-client\r\n") else {
      Issue.record("noise was taken")
      return
    }
  }
}
