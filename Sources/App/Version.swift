/// What `pluginVersion` and `--version` say.
public enum Version {
  public static let current = "0.1.0"
}
