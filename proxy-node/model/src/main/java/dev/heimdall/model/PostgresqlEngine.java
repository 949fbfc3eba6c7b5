package dev.heimdall.model;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Description of PostgreSQL. */
final class PostgresqlEngine {
  private PostgresqlEngine() {}

  static Engine described() {
    return new Engine(
        "postgresql",
        List.of("PostgreSQL"),
        List.of("postgresql"),
        5432,
        6432,
        List.of("postgresql"),
        Optional.of("postgres"),
        "PGPASSWORD",
        List.of("aurora-postgresql", "postgres"),
        List.of(),
        "Also RDS and Aurora PostgreSQL",
        Set.of(
            ClusterKind.NONE,
            ClusterKind.POSTGRES,
            ClusterKind.RDS,
            ClusterKind.RDS_MULTI_AZ,
            ClusterKind.AURORA),
        ClusterKind.POSTGRES,
        List.of(
            AuthMethod.SCRAM_SHA_256,
            AuthMethod.MD5,
            AuthMethod.PASSWORD,
            AuthMethod.LDAP,
            AuthMethod.TRUST,
            AuthMethod.REJECT,
            AuthMethod.CERT),
        Set.of(
            EngineTrait.TELLS_VERIFIERS,
            EngineTrait.ALWAYS_NAMED_IN_TLS,
            EngineTrait.CHANGES_BY_DATABASE,
            EngineTrait.PIPELINES),
        List.of(),
        Map.ofEntries(
            Map.entry("user", "user"),
            Map.entry("password", "password"),
            Map.entry("ssl", "tls.mode"),
            Map.entry("sslmode", "tls.mode"),
            Map.entry("sslrootcert", "tls.caFile"),
            Map.entry("sslcert", "tls.certificateFile"),
            Map.entry("sslkey", "tls.keyFile"),
            Map.entry("sslnegotiation", "tls.direct"),
            Map.entry("channelbinding", "tls.channelBinding"),
            Map.entry("connecttimeout", "connectTimeout"),
            Map.entry("logintimeout", "connectTimeout"),
            Map.entry("tcpkeepalive", "keepAliveIdle"),
            Map.entry("sockettimeout", "tcpUserTimeout"),
            Map.entry("applicationname", "parameters.application_name"),
            Map.entry("currentschema", "parameters.search_path"),
            Map.entry("options", "parameters.options")),
        List.of(
            new Engine.Example("psql", "psql \"host=%1$s port=%2$d user=%3$s dbname=%5$s\""),
            new Engine.Example(
                "pgjdbc (Java)", "jdbc:postgresql://%1$s:%2$d/%5$s?user=%3$s&password=%4$s"),
            new Engine.Example(
                "psycopg (Python)",
                "psycopg.connect(\"host=%1$s port=%2$d user=%3$s password=%4$s dbname=%5$s\")"),
            new Engine.Example(
                "node-postgres",
                "new pg.Client({host: '%1$s', port: %2$d, user: '%3$s', password: '%4$s',"
                    + " database: '%5$s'})"),
            new Engine.Example(
                "Npgsql (.NET)", "Host=%1$s;Port=%2$d;Username=%3$s;Password=%4$s;Database=%5$s"),
            new Engine.Example("pgx (Go)", "postgres://%3$s:%4$s@%1$s:%2$d/%5$s")));
  }
}
