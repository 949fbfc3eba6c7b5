package dev.heimdall.model;

/**
 * Checks of dependencies between the settings that define the user with which a data source logs
 * in.
 */
final class CredentialChecks {
  private final DataSource source;
  private final Reading in;

  CredentialChecks(DataSource source, Reading in) {
    this.source = source;
    this.in = in;
  }

  void all() {
    if (in.sound("$.user", "$.password")
        && source.password().isPresent()
        && source.user().isEmpty()
        && !source.credentials().kept()) {
      in.problem("$.user", "nothing", "a user for \"password\"");
    }
    if (!in.sound("$.credentials.secret", "$.credentials.iam")) {
      return;
    }
    SourceCredentials credentials = source.credentials();
    if (credentials.secret().isPresent()) {
      secret();
    } else {
      withoutSecret("$.credentials.endpoint");
      withoutSecret("$.credentials.refresh");
    }
    if (credentials.iam()) {
      iam();
    }
    if (credentials.kept()) {
      region();
    } else {
      withoutAws("$.credentials.region");
      withoutAws("$.credentials.patience");
    }
  }

  private void secret() {
    if (source.credentials().iam()) {
      in.problem(
          "$.credentials.iam", "true beside \"secret\"", "one of them: a password or a token");
    }
    if (in.sound("$.user") && source.user().isPresent() && !source.credentials().iam()) {
      in.problem(
          "$.user",
          JsonValue.quote(source.user().get()),
          "nothing, because \"username\" of the secret says who logs in");
    }
    notBoth("the secret");
  }

  private void notBoth(String instead) {
    if (in.sound("$.password") && source.password().isPresent()) {
      in.problem("$.password", Secret.MASK, "nothing, because " + instead + " is used");
    }
  }

  private void iam() {
    if (in.sound("$.user") && source.user().isEmpty()) {
      in.problem("$.user", "nothing", "the database user whom IAM vouches for");
    }
    if (source.credentials().secret().isEmpty()) {
      notBoth("a token of IAM");
    }
    TlsMode mode = source.tls().mode();
    if (in.sound("$.tls.mode", "$.url") && (mode == TlsMode.DISABLE || mode == TlsMode.PREFER)) {
      in.problem(
          "$.tls.mode",
          JsonValue.quote(mode.spelling()),
          "\"require\", \"verify-ca\" or \"verify-full\": a token is sent in clear text, so it must"
              + " be inside of TLS");
    }
  }

  private void region() {
    if (in.sound("$.credentials.region", "$.url")
        && source.credentialsRegion().isEmpty()
        && !(source.credentials().iam() && source.ofGlobalEndpoints())) {
      in.problem(
          "$.credentials.region",
          "nothing, and a \"url\" that is no name of RDS",
          "an AWS region, such as \"eu-west-1\"");
    }
  }

  private void withoutSecret(String path) {
    if (in.written(path) && in.sound(path)) {
      in.problem(path, "a setting for a secret", "nothing, because there is no \"secret\"");
    }
  }

  private void withoutAws(String path) {
    if (in.written(path) && in.sound(path)) {
      in.problem(
          path,
          "a setting for \"secret\" and \"iam\"",
          "nothing, because neither of them is there");
    }
  }
}
