package dev.heimdall.model;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Syntax of the JDBC URLs of one kind of database. */
enum UrlDialect implements Spelled {
  POSTGRESQL(
      5432,
      "jdbc:(postgresql)://(?<hosts>[^/?;]*)(?:/(?<database>[^?;]*))?(?:\\?(?<rest>.*))?",
      "&") {
    @Override
    Optional<String> parameter(String name, String value, UrlTemplate.Builder into) {
      switch (name) {
        case "targetServerType" -> {
          Optional<TargetServerType> type = TargetServerType.of(value);
          type.ifPresent(into::target);
          return type.isPresent()
              ? Optional.empty()
              : Optional.of(
                  "\"targetServerType\" as one of "
                      + String.join(
                          ", ",
                          Arrays.stream(TargetServerType.values())
                              .map(Spelled::spelling)
                              .toList()));
        }
        case "loadBalanceHosts" -> {
          into.spread(value.equals("true"));
          return value.equals("true") || value.equals("false")
              ? Optional.empty()
              : Optional.of("\"loadBalanceHosts\" as true or false");
        }
        default -> {
          List<String> known = List.of("targetServerType", "loadBalanceHosts");
          String instead =
              JdbcUrl.setting(Engine.POSTGRESQL, name)
                  .map(setting -> setting + " of the data source")
                  .or(() -> NearestName.of(name, known).map(n -> "\"" + n + "\" is near"))
                  .map(text -> ": " + text)
                  .orElse("");
          return Optional.of("no parameters but targetServerType and loadBalanceHosts" + instead);
        }
      }
    }
  },
  MYSQL(
      3306,
      "jdbc:(mysql|mariadb):(?:(?<mode>[a-z]+):)?//(?<hosts>[^/?;]*)(?:/(?<database>[^?;]*))?(?:\\?(?<rest>.*))?",
      "&") {
    @Override
    Optional<String> parameter(String name, String value, UrlTemplate.Builder into) {
      return Optional.of("no parameters");
    }
  },
  SQLSERVER(1433, "jdbc:(sqlserver)://(?<hosts>[^/?;]*)(?:;(?<rest>.*))?", ";") {
    @Override
    Optional<String> parameter(String name, String value, UrlTemplate.Builder into) {
      switch (name) {
        case "databaseName" -> {
          return into.database(value);
        }
        case "applicationIntent" -> {
          if (value.equals("ReadOnly")) {
            into.target(TargetServerType.PREFER_SECONDARY);
          }
          return value.equals("ReadOnly") || value.equals("ReadWrite")
              ? Optional.empty()
              : Optional.of("\"applicationIntent\" as ReadOnly or ReadWrite");
        }
        default -> {
          return Optional.of("no properties but databaseName and applicationIntent");
        }
      }
    }
  };

  private final int port;
  private final Pattern pattern;
  private final String separator;

  UrlDialect(int port, String pattern, String separator) {
    this.port = port;
    this.pattern = Pattern.compile(pattern);
    this.separator = separator;
  }

  /** Takes one parameter; what should have been written if it is not right. */
  abstract Optional<String> parameter(String name, String value, UrlTemplate.Builder into);

  int port() {
    return port;
  }

  Matcher matcher(String url) {
    return pattern.matcher(url);
  }

  String[] parameters(String rest) {
    return rest.split(separator, -1);
  }

  /** True if one URL may name several servers. */
  boolean takesLists() {
    return this != SQLSERVER;
  }

  static Optional<UrlDialect> of(String url) {
    return Arrays.stream(values()).filter(dialect -> dialect.matcher(url).matches()).findFirst();
  }
}
