package dev.heimdall.model;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** TLS towards a database server. */
public record BackendTls(
    @Setting(
            value =
                "Whether TLS is used and how far the server's certificate is checked, as libpq's"
                    + " `sslmode`.",
            otherwise = "`verify-full` where a host in `url` is one of RDS; else `prefer`",
            applies = Applies.NEW_CONNECTIONS)
        TlsMode mode,
    @Setting(
            value = "The certificate authorities that `verify-ca` and `verify-full` trust (PEM).",
            otherwise =
                "`/etc/ssl/certs/global-bundle.pem`, where a host in `url` is one of RDS; else those"
                    + " of the Java runtime",
            applies = Applies.NEW_CONNECTIONS)
        Optional<Path> caFile,
    @Setting(
            value = "The certificate that the proxy presents to the server (PEM). Needs `keyFile`.",
            applies = Applies.NEW_CONNECTIONS)
        Optional<Path> certificateFile,
    @Setting(
            value = "That certificate's private key (PKCS #8 PEM, not encrypted).",
            applies = Applies.NEW_CONNECTIONS)
        Optional<Path> keyFile,
    @Setting(
            value = "Whether SCRAM is bound to the TLS connection.",
            byDefault = "prefer",
            applies = Applies.NEW_CONNECTIONS)
        ChannelBinding channelBinding,
    @Setting(
            value =
                "Begin with TLS (ALPN) instead of asking first. Needs PostgreSQL 17 or SQL Server"
                    + " 2022 (strict encryption), and `mode` `require` or stricter.",
            byDefault = "false",
            applies = Applies.NEW_CONNECTIONS)
        boolean direct) {
  /** Path of the certificate authorities of RDS, with the name that AWS publishes them by. */
  public static final Path RDS_AUTHORITIES = Path.of("/etc/ssl/certs/global-bundle.pem");

  /** Every setting at its default, for a server that is not one of RDS. */
  public static BackendTls defaults() {
    return Shape.of(BackendTls.class).defaults().with(TlsMode.PREFER, Optional.empty());
  }

  /** True if the server's certificate is checked. */
  public boolean verifies() {
    return mode == TlsMode.VERIFY_CA || mode == TlsMode.VERIFY_FULL;
  }

  /** Returns a copy with the settings that follow from the location of the servers. */
  BackendTls towards(String url) {
    if (JdbcUrl.problem(url).isPresent()) {
      return mode == null ? with(TlsMode.PREFER, caFile) : this;
    }
    List<ServerAddress> hosts = JdbcUrl.parse(url).hosts();
    boolean rds = hosts.stream().anyMatch(server -> RdsHost.ofAws(server.host()));
    BackendTls meant =
        mode != null ? this : with(rds ? TlsMode.VERIFY_FULL : TlsMode.PREFER, caFile);
    // A proxy of RDS has a certificate that the world knows.
    boolean known = hosts.stream().anyMatch(server -> RdsHost.ofRdsProxy(server.host()));
    return rds && !known && meant.verifies() && caFile.isEmpty()
        ? meant.with(meant.mode, Optional.of(RDS_AUTHORITIES))
        : meant;
  }

  private BackendTls with(TlsMode meant, Optional<Path> authorities) {
    return new BackendTls(meant, authorities, certificateFile, keyFile, channelBinding, direct);
  }
}
