package dev.heimdall.model;

import java.util.List;
import java.util.stream.Collectors;

/**
 * Checks of a virtual database against the engine of its data source, and the settings that follow
 * from it.
 */
final class VdbEngineChecks {
  private final VirtualDatabase vdb;
  private final Engine engine;
  private final Reading in;

  VdbEngineChecks(VirtualDatabase vdb, Engine engine, Reading in) {
    this.vdb = vdb;
    this.engine = engine;
    this.in = in;
  }

  void all() {
    List<AuthRule> rules = rules();
    for (int i = 0; i < rules.size(); i++) {
      method("$.auth[" + i + "]", rules.get(i));
    }
    if (engine.is(EngineTrait.NAMES_DATABASES)) {
      vdb.databases().forEach(this::sameName);
    }
    if (!engine.is(EngineTrait.TELLS_VERIFIERS) && vdb.authQuery().enabled()) {
      mustBeFalse("$.authQuery.enabled", "the query is one of PostgreSQL's catalogue");
    }
    if (!engine.is(EngineTrait.ASKS_FOR_FILES) && vdb.clients().localInfile()) {
      mustBeFalse("$.clients.localInfile", "its servers ask for no files");
    }
    if (!engine.is(EngineTrait.COMPRESSES) && vdb.clients().compression()) {
      mustBeFalse("$.clients.compression", "its protocol has no compression");
    }
    if (!engine.is(EngineTrait.PIPELINES) && vdb.pipelining().enabled()) {
      mustBeFalse("$.pipelining.enabled", "its clients share no server connection at a time yet");
    }
    certificates();
    noCertificate();
  }

  private void certificates() {
    if (!engine.methods().contains(AuthMethod.CERT)
        && in.sound("$.tls.clientCertificate")
        && vdb.tls().clientCertificate() != ClientCertificate.NONE) {
      in.problem(
          "$.tls.clientCertificate",
          JsonValue.quote(vdb.tls().clientCertificate().spelling()),
          "\"none\", because the engine is " + name() + ": its clients are asked for none");
    }
  }

  /** True if BEGIN is held back: as it is written, or where its effects do not show it. */
  boolean delaysTransactions() {
    return vdb.delayedTransaction() == null
        ? engine.is(EngineTrait.BEGINS_LATE)
        : vdb.delayedTransaction();
  }

  /** Unless it is a default. */
  private void mustBeFalse(String path, String why) {
    if (in.written(path) && in.sound(path)) {
      in.problem(path, "true", "false, because the engine is " + name() + ": " + why);
    }
  }

  private void method(String path, AuthRule rule) {
    if (!in.sound(path + ".type", path + ".method")) {
      return;
    }
    if (!engine.methods().contains(rule.method())) {
      in.problem(
          path + ".method",
          JsonValue.quote(rule.method().spelling()),
          "one of "
              + engine.methods().stream()
                  .map(method -> JsonValue.quote(method.spelling()))
                  .collect(Collectors.joining(", "))
              + ", because the engine is "
              + name());
    } else if (rule.method() == AuthMethod.PASSWORD
        && rule.type() != ConnectionType.HOSTSSL
        && !engine.is(EngineTrait.HIDES_PASSWORDS)) {
      in.problem(
          path + ".type",
          JsonValue.quote(rule.type().spelling()),
          "\"hostssl\", because the method \"password\" sends the password in clear text");
    }
  }

  private void sameName(String client, String server) {
    String path = Reading.member("$.databases", client);
    if (in.sound(path) && !client.equals(server) && !client.equals(VirtualDatabase.ANY_DATABASE)) {
      in.problem(
          path,
          JsonValue.quote(server),
          JsonValue.quote(client)
              + ", because the engine is "
              + name()
              + ": statements name databases as the server does");
    }
  }

  private String name() {
    return JsonValue.quote(engine.spelling());
  }

  /** Rules for log-ins: those that are written, or those that the engine's clients support. */
  List<AuthRule> rules() {
    if (in.written("$.auth")) {
      return vdb.auth();
    }
    return vdb.auth().stream()
        .map(
            rule ->
                new AuthRule(
                    engine.needsCertificate() ? ConnectionType.HOSTSSL : rule.type(),
                    rule.databases(),
                    rule.users(),
                    rule.address(),
                    engine.methods().get(0),
                    rule.groups()))
        .toList();
  }

  private void noCertificate() {
    if (!in.written("$.auth")
        && engine.needsCertificate()
        && in.sound("$.tls.mode", "$.tls.certificateFile")
        && vdb.tls().mode() == ClientTlsMode.DISABLE) {
      in.problem(
          "$.tls.certificateFile",
          "nothing",
          "a certificate (or \"certificate\", or \"selfSigned\"), because the engine is "
              + name()
              + ": its clients send their passwords, which need TLS unless \"auth\" says"
              + " otherwise");
    }
  }
}
