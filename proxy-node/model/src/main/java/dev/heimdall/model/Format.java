package dev.heimdall.model;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Pattern;

/** Required form of a text in a document. */
public enum Format {
  /** Anything but nothing. */
  TEXT("a text that is not empty", "^[\\s\\S]+$"),
  /** Text as a user types it: its lines count, and its blanks. */
  PROSE("a text that is not empty", "^[\\s\\S]+$"),
  /** A name that PostgreSQL can have: database, user. */
  IDENTIFIER(
      "a name of 1 to 63 bytes without control characters", "^[^\\u0000-\\u001f\\u007f]{1,63}$"),
  /** The name of a document's object, which is a file name too. */
  NAME(
      "a name of 1 to 63 letters, digits, \"_\", \"-\" and \".\" that begins with a letter, a digit"
          + " or \"_\"",
      "^[A-Za-z0-9_][A-Za-z0-9_.-]{0,62}$"),
  /** An IP address to listen on. */
  ADDRESS("an IPv4 or IPv6 address, such as \"0.0.0.0\" or \"::1\"", "^[0-9a-fA-F.:]+$"),
  /** A Unix domain socket to listen on. */
  SOCKET(
      "the absolute path of a file, of at most "
          + Format.LONGEST_SOCKET
          + " bytes, such as \"/run/heimdall/.s.PGSQL.5432\"",
      "^/([^\\u0000-\\u001f\\u007f]*[^/\\u0000-\\u001f\\u007f])$"),
  /** Permissions of a file. */
  FILE_MODE("three octal digits behind a 0, such as \"0660\"", "^0[0-7]{3}$"),
  /** A host to connect to. */
  HOST("a host name or an IP address, without a port", "^[A-Za-z0-9._:-]{1,253}$"),
  /** Prefix of the names of replication slots; something follows. */
  SLOT("1 to 40 lower-case letters, digits and \"_\", such as \"heimdall\"", "^[a-z0-9_]{1,40}$"),
  /** A host with its port. */
  SERVER(
      "a host with or without a port, such as \"db.example:5432\" or \"[::1]:5432\"",
      "^[A-Za-z0-9._:\\[\\]-]{1,262}$"),
  /** Address of an API. */
  ENDPOINT(
      "a URL such as \"https://rds.eu-west-1.amazonaws.com\"",
      "^https?://[A-Za-z0-9._-]+(:[0-9]{1,5})?/?$"),
  /** A server of a directory. */
  LDAP_SERVER(
      "\"ldaps://host\" or \"ldap://host\", with or without a port",
      "^ldaps?://([A-Za-z0-9._-]{1,253}|\\[[0-9a-fA-F.:]+\\])(:[0-9]{1,5})?/?$"),
  /** Filter that selects entries of a directory. */
  LDAP_FILTER("a filter in parentheses, such as \"(uid={user})\"", "^\\([\\s\\S]+\\)$"),
  /** Attribute of an entry of a directory. */
  LDAP_ATTRIBUTE("the name of an attribute, such as \"memberOf\"", "^[A-Za-z][A-Za-z0-9-]{0,127}$"),
  /** The name that AWS gives to a cluster. */
  ARN(
      "an ARN of RDS, such as \"arn:aws:rds:eu-west-1:123456789012:cluster:shop\" or"
          + " \"arn:aws:rds::123456789012:global-cluster:shop\"",
      "^arn:[a-z-]+:rds:([a-z0-9-]+:[0-9]{12}:(cluster|db)|:[0-9]{12}:global-cluster):[A-Za-z0-9-]{1,63}$"),
  /** The name that AWS gives to a global cluster. */
  GLOBAL_ARN(
      "the ARN of a global cluster, such as \"arn:aws:rds::123456789012:global-cluster:shop\"",
      "^arn:[a-z-]+:rds::[0-9]{12}:global-cluster:[A-Za-z0-9-]{1,63}$"),
  /** Place where documents are kept. */
  STORE(
      "a bucket with a prefix, such as \"s3://bucket/topology\" or"
          + " \"s3://bucket/topology?region=eu-west-1\", or a directory, such as"
          + " \"/mnt/heimdall/topology\"",
      "^(s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9!_.*'()/-]*)?(\\?[A-Za-z0-9=&:/._-]*)?|/[^\\u0000]*)$"),
  /** A log group of CloudWatch. */
  LOG_GROUP(
      "1 to 512 letters, digits and \"_\", \"-\", \"/\", \".\", \"#\", such as \"/heimdall/shop\"",
      "^[A-Za-z0-9_./#-]{1,512}$"),
  /** A secret of Secrets Manager. */
  SECRET(
      "the name or ARN of a Secrets Manager secret, such as \"prod/shop\"",
      "^(arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:)?[A-Za-z0-9/_+=.@!-]{1,519}$"),
  /** Host pattern of a cluster's members, one {@code ?} in place of a member's own name. */
  HOST_PATTERN(
      "a host with one \"?\" in place of a node's own name, such as"
          + " \"?.abc123.eu-west-1.rds.amazonaws.com\", with or without a port",
      "^[A-Za-z0-9._:-]*\\?[A-Za-z0-9._:-]*$"),
  /** A JDBC URL with variables in place of hosts, for connections that write. */
  WRITER_URL(
      "a JDBC URL with variables, such as " + UrlTemplate.WRITER_EXAMPLE, "^jdbc:[a-z]+:.+$"),
  /** JDBC URL with variables in place of hosts, for connections that only read. */
  READER_URL(
      "a JDBC URL with variables, such as " + UrlTemplate.READER_EXAMPLE, "^jdbc:[a-z]+:.+$"),
  /** A JDBC URL of a server, or of several. */
  URL(
      "jdbc:postgresql://host[:port][/database], jdbc:mysql://host[:port][/database], or"
          + " jdbc:sqlserver://host[:port][;databaseName=database]",
      "^" + Engine.beginnings() + "[^?]+$"),
  /** A password as PostgreSQL stores it. */
  VERIFIER(
      "\"SCRAM-SHA-256$iterations:salt$StoredKey:ServerKey\", \"md5\" and 32 hexadecimal digits,"
          + " \"*\" and 40 of them, or MySQL's \"$A$005$…\"",
      "^(SCRAM-SHA-256\\$([1-9][0-9]{0,5}|1000000):[A-Za-z0-9+/]{2,342}={0,2}\\$[A-Za-z0-9+/]{43}=:[A-Za-z0-9+/]{43}="
          + "|md5[0-9a-f]{32}|\\*[0-9A-F]{40}"
          + "|\\$A\\$[0-9A-F]{3}\\$[\\u0001-\\u007f]{20}[./0-9A-Za-z]{43}|0x(?:[0-9A-Fa-f]{2}){70})$"),
  /** Address that mail is sent to. */
  MAILBOX(
      "an e-mail address, such as \"on-call@example.com\"",
      "^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
          + "@[A-Za-z0-9]([A-Za-z0-9.-]{0,250}[A-Za-z0-9])?$"),
  /** Name by which the client introduces itself to a mail server. */
  HELO(
      "a host name, or an address in brackets, such as \"[192.0.2.1]\"",
      "^([A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|\\[[A-Za-z0-9:.]{1,60}])$"),
  /** A topic of SNS. */
  TOPIC(
      "an ARN of an SNS topic, such as \"arn:aws:sns:eu-west-1:123456789012:on-call\"",
      "^arn:aws[a-z-]*:sns:[a-z0-9-]{1,40}:[0-9]{12}:([A-Za-z0-9_-]{1,256}|[A-Za-z0-9_-]{1,251}\\.fifo)$"),
  /** A kind of events. */
  EVENT("a kind of events, such as \"failover-begun\"", "^[a-z][a-z-]{0,59}$"),
  /** A network. */
  NETWORK("a network such as \"10.0.0.0/8\" or \"fd00::/8\"", "^[0-9a-fA-F.:]+/[0-9]{1,3}$"),
  /** A network, or all of them. */
  NETWORK_OR_ALL(
      "\"all\" or a network such as \"10.0.0.0/8\" or \"fd00::/8\"",
      "^(all|[0-9a-fA-F.:]+/[0-9]{1,3})$"),
  /** A regular expression. */
  REGEX("a regular expression as RE2 has it", "^[\\s\\S]*$"),
  /** The name of one table. */
  TABLE(
      "a table as \"catalog.table\" or \"catalog.schema.table\", with quotes (\" or `) around a part"
          + " with blanks, commas or dots",
      "^" + TablePatterns.ONE + "$"),
  /** Names of tables. */
  TABLES(
      "tables as \"catalog.table\" or \"catalog.schema.table\", separated by commas or white space,"
          + " with quotes (\" or `) around a part with blanks, commas or dots",
      "^" + TablePatterns.SEVERAL + "$"),
  /** Names of tables, or none. */
  TABLES_OR_NONE(
      "\"none\", or tables as \"catalog.table\" or \"catalog.schema.table\", separated by commas or"
          + " white space, with quotes (\" or `) around a part with blanks, commas or dots",
      "^(\\s*none\\s*|" + TablePatterns.SEVERAL + ")$");

  /** Patterns of names of tables, for editors; {@link TableText} reads them. */
  private static final class TablePatterns {
    private static final String PART = "(\"([^\"]|\"\")+\"|`([^`]|``)+`|[^\\s,.\"`][^\\s,.]*)";
    private static final String ONE = PART + "(\\." + PART + "){1,2}";
    private static final String SEVERAL = "\\s*" + ONE + "([\\s,]+" + ONE + ")*\\s*";
  }

  /** Length limit of the kernel (sockaddr_un), without the zero behind. */
  private static final int LONGEST_SOCKET = 107;

  /** RFC 5321, 4.5.3.1. */
  private static final int LONGEST_LOCAL_PART = 64;

  private static final int LONGEST_MAILBOX = 254;

  private final String expected;
  private final Pattern pattern;

  Format(String expected, String pattern) {
    this.expected = expected;
    this.pattern = Pattern.compile(pattern);
  }

  /** Describes in words the text that a user should write. */
  public String expected() {
    return expected;
  }

  /** A pattern that every right value matches; some wrong ones may match too. */
  String pattern() {
    return pattern.pattern();
  }

  /** True if a value is right. */
  public boolean accepts(String text) {
    return switch (this) {
      // Patterns that repeat groups take the stack for each repetition.
      case TABLE -> TableText.read(text).isPresent();
      case TABLES -> TableText.isList(text);
      case TABLES_OR_NONE -> text.strip().equals(TableText.NONE) || TableText.isList(text);
      case MAILBOX -> text.length() <= LONGEST_MAILBOX && matches(text);
      default -> matches(text);
    };
  }

  private boolean matches(String text) {
    return pattern.matcher(text).matches() && isRight(text);
  }

  private boolean isRight(String text) {
    return switch (this) {
      case IDENTIFIER -> text.getBytes(StandardCharsets.UTF_8).length <= 63;
      case SOCKET -> text.getBytes(StandardCharsets.UTF_8).length <= LONGEST_SOCKET;
      case ADDRESS -> IpLiteral.parse(text).isPresent();
      case HOST -> text.indexOf(':') < 0 || IpLiteral.parse(text).isPresent();
      case URL -> JdbcUrl.problem(text).isEmpty();
      case MAILBOX -> text.indexOf('@') <= LONGEST_LOCAL_PART;
      case SERVER -> ServerAddress.problem(text, expected).isEmpty();
      case HOST_PATTERN -> ServerAddress.problem(text.replace('?', '0'), expected).isEmpty();
      case WRITER_URL -> UrlTemplate.problem(text, UrlTemplate.Use.WRITER).isEmpty();
      case READER_URL -> UrlTemplate.problem(text, UrlTemplate.Use.READER).isEmpty();
      case LDAP_SERVER -> LdapServer.read(text).isPresent();
      case NETWORK -> Cidr.read(text).isPresent();
      case NETWORK_OR_ALL -> text.equals(Cidr.ALL_TEXT) || Cidr.read(text).isPresent();
      case VERIFIER -> !text.startsWith("SCRAM") || usable(text);
      case TEXT,
          PROSE,
          NAME,
          FILE_MODE,
          SLOT,
          ENDPOINT,
          LDAP_FILTER,
          LDAP_ATTRIBUTE,
          SECRET,
          LOG_GROUP,
          ARN,
          GLOBAL_ARN,
          HELO,
          TOPIC,
          EVENT,
          STORE,
          TABLE,
          TABLES,
          TABLES_OR_NONE,
          REGEX ->
          true;
    };
  }

  /** True if salt and keys are base64 in its one right spelling. */
  private static boolean usable(String scram) {
    try {
      for (String part : scram.substring(scram.indexOf(':') + 1).split("[$:]", -1)) {
        byte[] decoded = Base64.getDecoder().decode(part);
        if (!Base64.getEncoder().encodeToString(decoded).equals(part)) {
          return false;
        }
      }
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /** Returns the text to write instead of one that is not accepted, where that is plain. */
  Optional<String> remedy(String text) {
    return switch (this) {
      case NETWORK, NETWORK_OR_ALL -> Cidr.nearest(text);
      case ADDRESS ->
          text.equals("localhost")
              ? Optional.of("127.0.0.1")
              : text.equals("*") ? Optional.of("0.0.0.0") : Optional.empty();
      case URL ->
          text.startsWith("postgresql://") && JdbcUrl.problem("jdbc:" + text).isEmpty()
              ? Optional.of("jdbc:" + text)
              : Optional.empty();
      case WRITER_URL, READER_URL -> UrlTemplate.nearest(text);
      default -> Optional.empty();
    };
  }

  /**
   * Describes the text that a user should write, with the particular fault of this text where there
   * is one.
   */
  String expected(String text) {
    return switch (this) {
      case URL -> JdbcUrl.problem(text).orElse(expected);
      case SERVER -> ServerAddress.problem(text, expected).orElse(expected);
      case WRITER_URL -> UrlTemplate.problem(text, UrlTemplate.Use.WRITER).orElse(expected);
      case READER_URL -> UrlTemplate.problem(text, UrlTemplate.Use.READER).orElse(expected);
      default -> expected;
    };
  }

  /** The text as it may be shown. */
  String shown(String text) {
    return switch (this) {
      case URL -> JdbcUrl.shown(text);
      case WRITER_URL, READER_URL -> UrlTemplate.shown(text);
      default -> text;
    };
  }
}
