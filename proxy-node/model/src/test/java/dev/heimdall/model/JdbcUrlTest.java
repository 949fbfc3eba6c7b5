package dev.heimdall.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JdbcUrlTest {
  @ParameterizedTest
  @CsvSource({
    "jdbc:postgresql://db, db, 5432,",
    "jdbc:postgresql://db/, db, 5432,",
    "jdbc:postgresql://db:5433, db, 5433,",
    "jdbc:postgresql://db.example.org:65535/shop, db.example.org, 65535, shop",
    "jdbc:postgresql://10.0.0.1/shop, 10.0.0.1, 5432, shop",
    "jdbc:postgresql://[::1]/shop, ::1, 5432, shop",
    "jdbc:postgresql://[2001:db8::1]:5433/shop, 2001:db8::1, 5433, shop",
    "jdbc:postgresql://db/a%20b%2Fc+d, db, 5432, a b/c+d",
    "jdbc:mysql://db/shop, db, 3306, shop",
    "jdbc:mariadb://[::1]:3307, ::1, 3307,",
    "jdbc:sqlserver://db, db, 1433,",
    "jdbc:sqlserver://[::1]:1434;databaseName=a b%20c, ::1, 1434, a b%20c",
  })
  void partsAreTakenFromTheUrl(String url, String host, int port, String database) {
    assertThat(JdbcUrl.problem(url)).isEmpty();
    assertThat(JdbcUrl.parse(url))
        .isEqualTo(
            new JdbcUrl(List.of(new ServerAddress(host, port)), Optional.ofNullable(database)));
  }

  @ParameterizedTest
  @CsvSource({
    "jdbc:postgresql://u:p@db/x, jdbc:postgresql://***@db/x",
    "jdbc:postgresql://u:p@ss@db/x, jdbc:postgresql://***@db/x",
    "jdbc:postgresql://db/x?password=p, jdbc:postgresql://db/x?***",
    "u:p@db, ***@db",
    "jdbc:postgresql://db/x, jdbc:postgresql://db/x",
    "jdbc:sqlserver://db;databaseName=x, jdbc:sqlserver://db;databaseName=x",
    "jdbc:sqlserver://db;databaseName=x;password=p, jdbc:sqlserver://db;***",
    "jdbc:sqlserver://u:p@db;databaseName=x, jdbc:sqlserver://***@db;***",
  })
  void shownUrlHasNoSecrets(String url, String shown) {
    assertThat(JdbcUrl.shown(url)).isEqualTo(shown);
  }

  @Test
  void severalHostsKeepTheirOrder() {
    String url = "jdbc:postgresql://b,[::1]:5433,a:1/shop";
    assertThat(JdbcUrl.problem(url)).isEmpty();
    assertThat(JdbcUrl.parse(url))
        .isEqualTo(
            new JdbcUrl(
                List.of(
                    new ServerAddress("b", 5432),
                    new ServerAddress("::1", 5433),
                    new ServerAddress("a", 1)),
                Optional.of("shop")));
    assertThat(JdbcUrl.at(url, new ServerAddress("::1", 5433)))
        .isEqualTo("jdbc:postgresql://[::1]:5433/shop");
    assertThat(JdbcUrl.at("jdbc:sqlserver://a;databaseName=shop", new ServerAddress("b", 1434)))
        .isEqualTo("jdbc:sqlserver://b:1434;databaseName=shop");
  }

  @ParameterizedTest
  @CsvSource({
    "jdbc:postgresql://db, postgresql",
    "jdbc:mysql://db, mysql",
    "jdbc:mariadb://db, mysql",
    "jdbc:sqlserver://db, sqlserver",
  })
  void theEngineFollowsFromTheUrl(String url, String engine) {
    assertThat(Engine.ofUrl(url)).map(Engine::spelling).contains(engine);
  }
}
