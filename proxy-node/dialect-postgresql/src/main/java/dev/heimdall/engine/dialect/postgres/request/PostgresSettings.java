package dev.heimdall.engine.dialect.postgres.request;

import dev.heimdall.engine.dialect.postgres.catalog.SearchPath;
import dev.heimdall.engine.dialect.postgres.sql.SettingName;
import dev.heimdall.engine.dialect.postgres.sql.TextSettings;
import dev.heimdall.engine.sql.IdleLimits;
import dev.heimdall.engine.sql.PinReason;
import dev.heimdall.engine.sql.SettingRules;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** PostgreSQL's settings. */
final class PostgresSettings implements SettingRules {
  private static final String PATH = "search_path";
  private static final String ROLE = "role";
  private static final String AUTHORIZATION = "session_authorization";

  private static final Set<String> OF_TRANSACTION =
      Set.of("transaction_isolation", "transaction_read_only", "transaction_deferrable");

  private static final Set<String> REPORTED_ONLY =
      Set.of("is_superuser", "in_hot_standby", "server_encoding", "server_version");

  private static final Set<String> OF_READING =
      Set.of(SessionLexing.STRINGS, SessionLexing.ENCODING);

  private static final Pattern TIME =
      Pattern.compile("\\s*([0-9]{1,15}(?:\\.[0-9]{0,9})?)\\s*([a-z]*)\\s*");

  private static final Map<String, Double> NANOS =
      Map.of("us", 1e3, "ms", 1e6, "", 1e6, "s", 1e9, "min", 60e9, "h", 3600e9, "d", 86_400e9);

  /** The buffers for temporary tables. */
  private static final Set<String> FIXED_BY_USE = Set.of("temp_buffers");

  @Override
  public String nameOf(String written) {
    return SettingName.of(written);
  }

  @Override
  public boolean ofTransaction(String name) {
    return OF_TRANSACTION.contains(name);
  }

  @Override
  public boolean reportedOnly(String name) {
    return REPORTED_ONLY.contains(name);
  }

  @Override
  public boolean outlivesReset(String name) {
    return name.equals(ROLE);
  }

  @Override
  public boolean unset(String name, String value) {
    return name.equals(ROLE) && value.equals("none");
  }

  @Override
  public Set<String> fixedByUse() {
    return FIXED_BY_USE;
  }

  @Override
  public PinReason pinOf(String name, String value) {
    return name.equals("client_encoding")
            && SessionLexing.HIDING.contains(value.toLowerCase(Locale.ROOT))
        ? PinReason.harmless("client_encoding " + value)
        : null;
  }

  @Override
  public PinReason pinOfChange(String name) {
    return name.equals(AUTHORIZATION) ? PinReason.of("session authorization") : null;
  }

  @Override
  public IdleLimits idleLimits(UnaryOperator<String> values) {
    long inside = nanos(values.apply("idle_in_transaction_session_timeout"));
    return new IdleLimits(
        nanos(values.apply("idle_session_timeout")),
        inside,
        inside,
        nanos(values.apply("transaction_timeout")));
  }

  /** A time as the server takes it, in milliseconds where it has no unit; 0 for none. */
  static long nanos(String value) {
    Matcher time = TIME.matcher(value == null ? "" : value);
    Double unit = time.matches() ? NANOS.get(time.group(2)) : null;
    return unit == null ? 0 : Math.round(Double.parseDouble(time.group(1)) * unit);
  }

  @Override
  public String application() {
    return "application_name";
  }

  @Override
  public String readOnly() {
    return "default_transaction_read_only";
  }

  @Override
  public String isolation() {
    return "default_transaction_isolation";
  }

  @Override
  public String timeZone() {
    return "TimeZone";
  }

  @Override
  public String standby() {
    return "in_hot_standby";
  }

  @Override
  public boolean movesNames(String name) {
    return name.equals(PATH)
        || name.equals(ROLE)
        || name.equals(AUTHORIZATION)
        || TextSettings.ALL.contains(name);
  }

  @Override
  public Set<String> ofTexts() {
    return TextSettings.ALL;
  }

  @Override
  public Set<String> ofReading() {
    return OF_READING;
  }

  @Override
  public String path() {
    return PATH;
  }

  @Override
  public String role() {
    return ROLE;
  }

  @Override
  public List<String> schemas(String path) {
    return SearchPath.parse(path);
  }

  @Override
  public boolean temporary(String path) {
    return path.contains("pg_temp");
  }
}
