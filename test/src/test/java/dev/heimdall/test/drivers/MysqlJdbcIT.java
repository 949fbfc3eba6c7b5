package dev.heimdall.test.drivers;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.CsvSource;

/** Each driver with the server that it was made for, once for each place to prepare statements. */
@ParameterizedClass(name = "{0}, {1}")
@CsvSource({"MYSQL, CONNECTOR_J_PREPARING_AT_SERVERS", "MARIADB, MARIADB_CONNECTOR_J"})
@Tag("ci")
class MysqlJdbcIT extends MysqlJdbcContract {}
