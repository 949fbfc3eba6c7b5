package dev.heimdall.model;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Description of SQL Server. */
final class SqlServerEngine {
  private SqlServerEngine() {}

  static Engine described() {
    return new Engine(
        "sqlserver",
        List.of("SQL Server"),
        List.of("sqlserver"),
        1433,
        1433,
        List.of("tds/8.0"),
        Optional.empty(),
        "SQLCMDPASSWORD",
        List.of("sqlserver-ee", "sqlserver-se", "sqlserver-ex", "sqlserver-web"),
        List.of(),
        "Also RDS",
        Set.of(
            ClusterKind.NONE,
            ClusterKind.SQLSERVER,
            ClusterKind.AVAILABILITY_GROUP,
            ClusterKind.RDS),
        ClusterKind.AVAILABILITY_GROUP,
        List.of(AuthMethod.PASSWORD, AuthMethod.LDAP, AuthMethod.TRUST, AuthMethod.REJECT),
        Set.of(
            EngineTrait.WRAPS_STATEMENTS,
            EngineTrait.NAMES_DATABASES,
            EngineTrait.CHANGES_BY_DATABASE,
            EngineTrait.PROPERTIES_IN_URLS,
            EngineTrait.PLANS_NAME_TABLES),
        List.of(
            "$.tls.certificateFile",
            "$.tls.keyFile",
            "$.tls.channelBinding",
            "$.credentials.iam",
            "$.parameters",
            "$.changes.notify",
            "$.changes.slot",
            "$.changes.publication",
            "$.changes.maxLag"),
        Map.ofEntries(
            Map.entry("user", "user"),
            Map.entry("username", "user"),
            Map.entry("password", "password"),
            Map.entry("encrypt", "tls.mode"),
            Map.entry("trustservercertificate", "tls.mode"),
            Map.entry("hostnameincertificate", "tls.mode"),
            Map.entry("truststore", "tls.caFile"),
            Map.entry("servercertificate", "tls.caFile"),
            Map.entry("logintimeout", "connectTimeout")),
        List.of(
            new Engine.Example("sqlcmd", "sqlcmd -S %1$s,%2$d -U %3$s -d %5$s"),
            new Engine.Example(
                "mssql-jdbc (Java)",
                "jdbc:sqlserver://%1$s:%2$d;databaseName=%5$s;user=%3$s;password=%4$s"),
            new Engine.Example(
                "pymssql (Python)",
                "pymssql.connect(server='%1$s', port=%2$d, user='%3$s', password='%4$s',"
                    + " database='%5$s')"),
            new Engine.Example("go-mssqldb", "sqlserver://%3$s:%4$s@%1$s:%2$d?database=%5$s")));
  }
}
