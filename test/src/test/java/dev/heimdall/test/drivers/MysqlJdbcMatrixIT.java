package dev.heimdall.test.drivers;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.CsvSource;

/** The modes that {@link MysqlJdbcIT} leaves out, and each driver with the other server. */
@Tag("long")
@ParameterizedClass(name = "{0}, {1}")
@CsvSource({
  "MYSQL, CONNECTOR_J",
  "MARIADB, MARIADB_CONNECTOR_J_PREPARING_AT_SERVERS",
  "MARIADB, CONNECTOR_J",
  "MARIADB, CONNECTOR_J_PREPARING_AT_SERVERS",
  "MYSQL, MARIADB_CONNECTOR_J",
  "MYSQL, MARIADB_CONNECTOR_J_PREPARING_AT_SERVERS"
})
class MysqlJdbcMatrixIT extends MysqlJdbcContract {}
