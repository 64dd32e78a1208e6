/// Files made by `Certificates/make.sh`.
///
/// `chain.pem` is the server's with its intermediate, `renewed-chain.pem` another one of the same
/// name, `root.pem` what a client trusts.
public enum TestCertificates {
  public static func path(_ name: String) -> String {
    let folder = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast()
    return folder.joined(separator: "/") + "/Certificates/\(name)"
  }
}
