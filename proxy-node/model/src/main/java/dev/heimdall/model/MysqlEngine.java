package dev.heimdall.model;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Description of MySQL and MariaDB. */
final class MysqlEngine {
  private MysqlEngine() {}

  static Engine described() {
    return new Engine(
        "mysql",
        List.of("MySQL", "MariaDB"),
        List.of("mysql", "mariadb"),
        3306,
        6033,
        List.of(),
        Optional.empty(),
        "MYSQL_PWD",
        List.of("aurora-mysql", "mysql", "mariadb"),
        List.of("aurora"),
        "Also RDS, and Aurora MySQL",
        Set.of(
            ClusterKind.NONE,
            ClusterKind.MYSQL,
            ClusterKind.GROUP_REPLICATION,
            ClusterKind.RDS,
            ClusterKind.RDS_MULTI_AZ,
            ClusterKind.AURORA),
        ClusterKind.MYSQL,
        List.of(
            AuthMethod.PASSWORD,
            AuthMethod.LDAP,
            AuthMethod.TRUST,
            AuthMethod.REJECT,
            AuthMethod.CERT),
        Set.of(
            EngineTrait.GREETS_FIRST,
            EngineTrait.NAMES_DATABASES,
            EngineTrait.HIDES_PASSWORDS,
            EngineTrait.ASKS_FOR_FILES,
            EngineTrait.COMPRESSES,
            EngineTrait.BEGINS_LATE,
            EngineTrait.PIPELINES),
        List.of(
            "$.tls.certificateFile",
            "$.tls.keyFile",
            "$.tls.channelBinding",
            "$.tls.direct",
            "$.changes.notify",
            "$.changes.databases",
            "$.changes.slot",
            "$.changes.publication",
            "$.changes.maxLag"),
        Map.of(
            "user", "user",
            "password", "password",
            "ssl", "tls.mode",
            "sslmode", "tls.mode",
            "connecttimeout", "connectTimeout",
            "logintimeout", "connectTimeout",
            "tcpkeepalive", "keepAliveIdle"),
        List.of(
            new Engine.Example(
                "mysql", "mysql --get-server-public-key -h %1$s -P %2$d -u %3$s -p %5$s"),
            new Engine.Example("mariadb", "mariadb -h %1$s -P %2$d -u %3$s -p %5$s"),
            new Engine.Example(
                "Connector/J (Java)",
                "jdbc:mysql://%1$s:%2$d/%5$s?user=%3$s&password=%4$s"
                    + "&allowPublicKeyRetrieval=true"),
            new Engine.Example(
                "MariaDB Connector/J",
                "jdbc:mariadb://%1$s:%2$d/%5$s?user=%3$s&password=%4$s"
                    + "&allowPublicKeyRetrieval=true"),
            new Engine.Example(
                "PyMySQL (Python)",
                "pymysql.connect(host='%1$s', port=%2$d, user='%3$s', password='%4$s',"
                    + " database='%5$s')"),
            new Engine.Example(
                "mysql2 (Node.js)",
                "mysql.createConnection({host: '%1$s', port: %2$d, user: '%3$s',"
                    + " password: '%4$s', database: '%5$s'})"),
            new Engine.Example("go-sql-driver", "%3$s:%4$s@tcp(%1$s:%2$d)/%5$s")));
  }
}
