package dev.heimdall.manager.wizard;

import dev.heimdall.model.Format;
import dev.heimdall.secrets.Documents;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** Problems of the answers to a step, by field, as far as they follow from the forms alone. */
final class Checks {
  private static final Pattern USER =
      Pattern.compile("[A-Za-z0-9_@+=,~-][A-Za-z0-9_@+=,~.-]{0,62}");
  private static final Pattern FACT = Pattern.compile("\\$\\{region\\.[A-Za-z0-9_-]{1,64}}");
  private static final int LONGEST_TTL = 86_400;

  private final Answers answers;
  private final Map<String, String> problems = new HashMap<>();

  private Checks(Answers answers) {
    this.answers = answers;
  }

  /**
   * @param there what there is already: nothing of it is written over
   */
  static Map<String, String> of(Step step, Answers answers, Documents there) {
    Checks checks = new Checks(answers);
    switch (step) {
      case DATABASE -> checks.database();
      case LOGIN -> checks.login();
      case CLIENTS -> checks.clients(there);
      case SHARING -> checks.sharing();
      case CHECK, REVIEW -> {
        // nothing is typed there that could be wrong
      }
    }
    return checks.problems;
  }

  private void need(boolean right, String field, String words) {
    if (!right) {
      problems.putIfAbsent(field, words);
    }
  }

  private void database() {
    need(Servers.engine(answers).isPresent(), "engine", "Choose what kind of database it is.");
    need(
        Format.HOST.accepts(answers.get("host")),
        "host",
        "The name or the address of the server, without a port: db.example.com");
    need(isPort("port", true), "port", "A port is a number from 1 to 65535.");
    need(
        Servers.replicas(answers).isPresent(),
        "replicas",
        "One server in each line, as host or host:port.");
    need(
        !answers.is("kind", "one") || answers.get("replicas").isEmpty(),
        "kind",
        "One server has no replicas: choose another kind, or take them out.");
    need(
        Servers.kind(answers)
            .filter(
                kind ->
                    Servers.engine(answers).filter(one -> one.kinds().contains(kind)).isPresent())
            .isPresent(),
        "kind",
        "This kind of cluster does not go with this kind of database.");
    need(
        answers.get("database").isEmpty()
            || !answers.get("database").contains("/") && !answers.get("database").contains("?"),
        "database",
        "The name of one database.");
  }

  private boolean isPort(String field, boolean mayBeMissing) {
    String port = answers.get(field);
    return mayBeMissing && port.isEmpty()
        || port.matches("\\d{1,5}") && Integer.parseInt(port) > 0 && Integer.parseInt(port) < 65536;
  }

  private void login() {
    switch (answers.get("method")) {
      case "password" -> {
        need(!answers.get("user").isEmpty(), "user", "As whom nodes log in at the database.");
        need(!answers.secret("password").isEmpty(), "password", "Its password.");
      }
      case "secret" ->
          need(
              !answers.get("secret").isEmpty(),
              "secret",
              "The name or ARN of a secret with username and password.");
      case "iam" -> {
        need(
            knows("$.credentials.iam"),
            "method",
            "This kind of database lets nobody in by IAM: choose another way.");
        need(!answers.get("user").isEmpty(), "user", "The user that IAM lets in.");
        need(
            encrypts(),
            "method",
            "IAM needs TLS: choose require, verify-ca or verify-full in the step Database.");
      }
      default -> need(false, "method", "Choose how nodes log in at the database.");
    }
  }

  /**
   * True if connections have TLS in any case, as they have to hosts of AWS unless told otherwise.
   */
  private boolean encrypts() {
    String tls = answers.get("tls");
    String host = answers.get("host");
    return tls.isEmpty()
        ? host.endsWith(".amazonaws.com") || host.endsWith(".amazonaws.com.cn")
        : tls.equals("require") || tls.startsWith("verify-");
  }

  /** True if a setting of data sources means something for the kind of database. */
  private boolean knows(String setting) {
    return Servers.engine(answers).filter(one -> one.unused().contains(setting)).isEmpty();
  }

  private void clients(Documents there) {
    String name = answers.get("name");
    need(
        Format.NAME.accepts(name),
        "name",
        "Letters, digits, _ - and . and no more than 63 of them; it begins with no dot.");
    for (String folder : new String[] {"vdbs/", "sources/", "rules/"}) {
      need(
          !there.all().containsKey(folder + name + ".json"),
          "name",
          "There is %s already; nothing is written over. Choose another name."
              .formatted(folder + name));
    }
    need(isPort("vdbPort", false), "vdbPort", "A port is a number from 1 to 65535.");
    need(Preset.of(answers.get("preset")).isPresent(), "preset", "Choose what it is to do.");
    need(
        Preset.of(answers.get("preset")).filter(p -> p == Preset.SPLIT).isEmpty()
            || !answers.is("kind", "one"),
        "preset",
        "There are no replicas to read from: this database is one server.");
    certificate(there);
    String size = answers.get("poolSize");
    need(
        size.matches("\\d{1,4}") && Integer.parseInt(size) > 0,
        "poolSize",
        "A number from 1 to 9999.");
    need(
        Servers.networks(answers).stream()
            .allMatch(one -> Format.NETWORK.accepts(one) || FACT.matcher(one).matches()),
        "balancers",
        "Networks, separated by commas: 10.40.0.0/16; or ${region.NAME}, where the region's facts have them");
    users(there);
  }

  private void certificate(Documents there) {
    String certificate = answers.get("certificate");
    String key = answers.secret("key");
    need(
        certificate.isEmpty() || certificate.contains("-----BEGIN CERTIFICATE-----"),
        "certificate",
        "The text of a PEM file, which begins with -----BEGIN CERTIFICATE-----.");
    need(
        certificate.isEmpty() || key.contains("-----BEGIN PRIVATE KEY-----"),
        "key",
        "The text of a PEM file, which begins with -----BEGIN PRIVATE KEY-----.");
    need(
        certificate.isEmpty()
            || there.all().keySet().stream()
                .noneMatch(
                    file -> file.startsWith(Written.CERTIFICATES + answers.get("name") + ".")),
        "name",
        "There is a certificate of this name already; nothing is written over. Choose another"
            + " name.");
  }

  private void users(Documents there) {
    Set<String> seen = new HashSet<>();
    for (int i = 1; i <= Answers.CLIENTS; i++) {
      String user = answers.get("client" + i);
      if (user.isEmpty()) {
        need(i > 1, "client1", "Who logs in at the virtual database: one user at least.");
      } else {
        need(
            USER.matcher(user).matches(),
            "client" + i,
            "Letters, digits and _ @ + = , ~ . - and no more than 63 of them.");
        need(seen.add(user), "client" + i, "This user is there twice.");
        need(
            !there.all().containsKey("users/" + user + ".json"),
            "client" + i,
            "There is a user %s already; nothing is written over. Choose another name."
                .formatted(user));
        need(
            !answers.secret("clientPassword" + i).isEmpty(),
            "clientPassword" + i,
            "The password that this user logs in with.");
      }
    }
  }

  private void sharing() {
    if (answers.is("preset", "cache")) {
      String ttl = answers.get("ttl");
      need(
          ttl.matches("\\d{1,5}")
              && Integer.parseInt(ttl) > 0
              && Integer.parseInt(ttl) <= LONGEST_TTL,
          "ttl",
          "Seconds, from 1 to 86400.");
      need(
          answers.get("tables").matches("[^\"'\\\\${}]*"),
          "tables",
          "Names of tables, separated by commas: shop.products, shop.sales.prices");
      need(
          Servers.lines(answers.get("tables")).stream().allMatch(Checks::namesDatabase),
          "tables",
          "Each with its database first, and without the schema public: shop.products");
    }
    if (answers.is("store", "store")) {
      need(
          !Stores.servers(answers).isEmpty()
              && Stores.servers(answers).stream().allMatch(Format.SERVER::accepts),
          "storeServers",
          "One server in each line, as host or host:port.");
    }
  }

  /** As rules spell tables: a rule on {@code public.products} would match nothing, ever. */
  private static boolean namesDatabase(String table) {
    return table.indexOf('.') > 0 && !table.startsWith("public.");
  }
}
