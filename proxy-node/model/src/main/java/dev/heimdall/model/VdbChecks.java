package dev.heimdall.model;

/** Checks of dependencies between the settings of one virtual database. */
final class VdbChecks {
  private final VirtualDatabase vdb;
  private final Reading in;

  VdbChecks(VirtualDatabase vdb, Reading in) {
    this.vdb = vdb;
    this.in = in;
  }

  void all() {
    DocumentChecks.name(vdb.name(), in);
    databases();
    pool();
    limits();
    tls();
    cloudWatch();
    authQuery();
    for (int i = 0; i < vdb.auth().size(); i++) {
      rule("$.auth[" + i + "]", vdb.auth().get(i));
    }
    if (in.sound("$.proxyProtocol.enabled", "$.proxyProtocol.trusted")
        && vdb.proxyProtocol().enabled()
        && vdb.proxyProtocol().trusted().isEmpty()) {
      in.problem(
          "$.proxyProtocol.trusted",
          "no network",
          "at least one, because \"enabled\" is true and a PROXY header can claim any address");
    }
  }

  private void databases() {
    vdb.databases()
        .forEach(
            (client, server) -> {
              String path = Reading.member("$.databases", client);
              boolean anyClient = client.equals(VirtualDatabase.ANY_DATABASE);
              boolean anyServer = server.equals(VirtualDatabase.ANY_DATABASE);
              if (in.sound(path) && anyClient != anyServer) {
                in.problem(
                    path,
                    JsonValue.quote(server),
                    anyClient
                        ? "\"*\", as every other name stays as it is"
                        : "a database name; \"*\" goes only with the key \"*\"");
              }
            });
  }

  private void pool() {
    PoolSettings pool = vdb.pool();
    if (in.sound("$.pool.minIdle", "$.pool.size") && pool.minIdle() > pool.size()) {
      in.problem(
          "$.pool.minIdle", "" + pool.minIdle(), "at most \"size\", which is " + pool.size());
    }
  }

  private void limits() {
    LimitSettings limits = vdb.limits();
    if (in.sound("$.limits.maxStatementSize", "$.limits.maxMessageSize")
        && limits.maxStatementSize() > limits.maxMessageSize()) {
      in.problem(
          "$.limits.maxStatementSize",
          limits.maxStatementSize() + " bytes",
          "at most \"maxMessageSize\", which is " + limits.maxMessageSize() + " bytes");
    }
    if (in.sound("$.limits.writeBufferLow", "$.limits.writeBufferHigh")
        && limits.writeBufferLow() >= limits.writeBufferHigh()) {
      in.problem(
          "$.limits.writeBufferLow",
          limits.writeBufferLow() + " bytes",
          "less than \"writeBufferHigh\", which is " + limits.writeBufferHigh() + " bytes");
    }
  }

  private void authQuery() {
    AuthQuerySettings query = vdb.authQuery();
    if (in.sound("$.authQuery.sql") && !query.sql().contains("$1")) {
      in.problem("$.authQuery.sql", "a query without $1", "a query in which $1 is the user's name");
    }
    if (in.sound("$.authQuery.user", "$.authQuery.password")
        && query.password().isPresent()
        && query.user().isEmpty()) {
      in.problem("$.authQuery.user", "nothing", "a user for \"authQuery.password\"");
    }
  }

  private void cloudWatch() {
    int days = vdb.cloudWatch().retentionDays();
    if (in.sound("$.cloudWatch.retentionDays")
        && days != 0
        && !CloudWatchExport.RETENTIONS.contains(days)) {
      in.problem(
          "$.cloudWatch.retentionDays",
          "" + days,
          "0 (for ever) or one of the days that CloudWatch Logs has; the next ones are "
              + CloudWatchExport.RETENTIONS.stream()
                  .filter(allowed -> allowed < days)
                  .reduce((first, second) -> second)
                  .orElseThrow()
              + " and "
              + CloudWatchExport.RETENTIONS.stream()
                  .filter(allowed -> allowed > days)
                  .findFirst()
                  .orElseThrow());
    }
  }

  private void tls() {
    ClientTls tls = vdb.tls();
    DocumentChecks.keyPair("$.tls", tls.certificateFile(), tls.keyFile(), in);
    oneCertificate(tls);
    if (in.sound("$.tls.mode", "$.tls.certificateFile", "$.tls.keyFile", "$.tls.certificate")
        && tls.mode() != ClientTlsMode.DISABLE
        && !tls.hasCertificate()) {
      in.problem(
          "$.tls.certificateFile",
          "nothing",
          "a certificate, because the mode is " + JsonValue.quote(tls.mode().spelling()));
    }
    if (!in.sound("$.tls.clientCertificate") || tls.clientCertificate() == ClientCertificate.NONE) {
      return;
    }
    String because =
        ", because \"clientCertificate\" is " + JsonValue.quote(tls.clientCertificate().spelling());
    if (in.sound("$.tls.clientCaFile") && tls.clientCaFile().isEmpty()) {
      in.problem(
          "$.tls.clientCaFile", "nothing", "the authorities of client certificates" + because);
    }
    if (in.sound("$.tls.mode", "$.tls.certificateFile") && tls.mode() == ClientTlsMode.DISABLE) {
      in.problem("$.tls.mode", "\"disable\"", "\"allow\" or \"require\"" + because);
    }
  }

  private void oneCertificate(ClientTls tls) {
    if (in.sound("$.tls.certificate", "$.tls.certificateFile")
        && tls.certificate().isPresent()
        && tls.certificateFile().isPresent()) {
      in.problem("$.tls.certificate", Secret.MASK, "nothing, because \"certificateFile\" is set");
    }
    if (in.sound("$.tls.selfSigned", "$.tls.certificate", "$.tls.certificateFile")
        && tls.selfSigned()
        && (tls.certificate().isPresent() || tls.certificateFile().isPresent())) {
      in.problem("$.tls.selfSigned", "true", "false, because there is a certificate of yours");
    }
  }

  private void rule(String path, AuthRule rule) {
    if (in.sound(path + ".type", path + ".method")
        && rule.method() == AuthMethod.CERT
        && rule.type() != ConnectionType.HOSTSSL) {
      in.problem(
          path + ".type",
          JsonValue.quote(rule.type().spelling()),
          "\"hostssl\", because the method \"cert\" is about a TLS certificate");
    }
    if (in.sound(path + ".groups", path + ".method")
        && rule.method() != AuthMethod.LDAP
        && !rule.groups().isEmpty()) {
      in.problem(
          path + ".groups",
          "groups with the method " + JsonValue.quote(rule.method().spelling()),
          "no groups, or the method \"ldap\": only a directory knows them");
    }
    if (in.sound(path + ".type", "$.tls")
        && rule.type() == ConnectionType.HOSTSSL
        && vdb.tls().mode() == ClientTlsMode.DISABLE) {
      in.problem(
          path + ".type",
          "\"hostssl\"",
          "\"host\" or \"hostnossl\", or a certificate in \"tls\": without one no client can use"
              + " TLS");
    }
    if (in.sound(path + ".method", "$.tls")
        && rule.method() == AuthMethod.CERT
        && vdb.tls().clientCertificate() == ClientCertificate.NONE) {
      in.problem(
          path + ".method",
          "\"cert\"",
          "another method, or tls.clientCertificate \"optional\" or \"require\"");
    }
  }
}
