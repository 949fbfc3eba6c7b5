package dev.heimdall.manager.wizard;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Input by the names of the fields. Values of secret fields are apart: no page is ever given them.
 * Immutable.
 */
final class Answers {
  static final int CLIENTS = 3;

  static final Set<String> SECRETS =
      Set.of(
          "password",
          "storePassword",
          "key",
          "clientPassword1",
          "clientPassword2",
          "clientPassword3");

  /** The fields of each step; a step's form replaces all of them. */
  static final Map<Step, List<String>> FIELDS =
      Map.of(
          Step.DATABASE,
              List.of("engine", "kind", "host", "port", "replicas", "database", "tls", "ca"),
          Step.LOGIN, List.of("method", "user", "password", "secret", "region"),
          Step.CHECK, List.of(),
          Step.CLIENTS,
              List.of(
                  "name",
                  "vdbPort",
                  "preset",
                  "poolSize",
                  "balancers",
                  "certificate",
                  "key",
                  "client1",
                  "clientPassword1",
                  "client2",
                  "clientPassword2",
                  "client3",
                  "clientPassword3"),
          Step.SHARING,
              List.of(
                  "tables",
                  "ttl",
                  "store",
                  "storeServers",
                  "storeMode",
                  "storeTls",
                  "storeCa",
                  "storeUser",
                  "storePassword"),
          Step.REVIEW, List.of("comment"));

  private static final int LONGEST = 2000;

  /** Of a file with certificates, or a key. */
  private static final int LONGEST_FILE = 40_000;

  private static final Set<String> FILES = Set.of("certificate", "key");

  private final Map<String, String> values;
  private final Map<String, String> secrets;

  private Answers(Map<String, String> values, Map<String, String> secrets) {
    this.values = Map.copyOf(values);
    this.secrets = Map.copyOf(secrets);
  }

  static Answers none() {
    return new Answers(Map.of(), Map.of());
  }

  /** With these for fields that are no secrets. */
  Answers with(Map<String, String> more) {
    Map<String, String> all = new HashMap<>(values);
    all.putAll(more);
    return new Answers(all, secrets);
  }

  /** With the form of a step. A secret that is left empty stays what it was. */
  Answers with(Step step, Map<String, String> form) {
    Map<String, String> all = new HashMap<>(values);
    Map<String, String> hidden = new HashMap<>(secrets);
    for (String field : FIELDS.get(step)) {
      String typed = form.getOrDefault(field, "");
      int longest = FILES.contains(field) ? LONGEST_FILE : LONGEST;
      String value = typed.substring(0, Math.min(longest, typed.length()));
      if (!SECRETS.contains(field)) {
        all.put(field, value.replace("\r\n", "\n").strip());
      } else if (!value.isEmpty()) {
        hidden.put(field, value);
      }
    }
    return new Answers(all, hidden);
  }

  /** Without secrets. */
  Answers forgetting() {
    return new Answers(values, Map.of());
  }

  /** Empty where nothing was typed. */
  String get(String field) {
    return values.getOrDefault(field, "");
  }

  String get(String field, String otherwise) {
    String value = get(field);
    return value.isEmpty() ? otherwise : value;
  }

  boolean is(String field, String value) {
    return get(field).equals(value);
  }

  /** True if this step's form was ever sent. */
  boolean knows(Step step) {
    return FIELDS.get(step).stream().allMatch(f -> SECRETS.contains(f) || values.containsKey(f));
  }

  String secret(String field) {
    return secrets.getOrDefault(field, "");
  }

  Map<String, String> shown() {
    return values;
  }

  /** The secret fields that have a value. */
  Set<String> hidden() {
    return secrets.keySet();
  }

  /** It holds passwords. */
  @Override
  public String toString() {
    return "answers to " + values.keySet();
  }
}
