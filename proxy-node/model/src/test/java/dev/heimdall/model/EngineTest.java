package dev.heimdall.model;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What each description must hold, by whichever engine. */
class EngineTest {
  @ParameterizedTest
  @MethodSource("dev.heimdall.model.Engine#all")
  void whateverItIsCalledLeadsToIt(Engine engine) {
    assertThat(Engine.spelled(engine.spelling())).contains(engine);
    assertThat(engine.rdsNames())
        .allSatisfy(name -> assertThat(Engine.ofRds(name)).contains(engine));
    assertThat(engine.schemes())
        .startsWith(engine.spelling())
        .allSatisfy(word -> assertThat(Engine.ofUrl("jdbc:" + word + "://db")).contains(engine));
    assertThat(Driver.builtIn()).containsKey(engine.spelling());
  }

  @ParameterizedTest
  @MethodSource("dev.heimdall.model.Engine#all")
  void whatItSaysFitsTogether(Engine engine) {
    assertThat(engine.kinds()).contains(engine.replicated(), ClusterKind.NONE);
    assertThat(engine.methods()).isNotEmpty().doesNotHaveDuplicates();
    assertThat(engine.examples())
        .isNotEmpty()
        .allSatisfy(
            example ->
                assertThat(example.text().formatted("node", 1, "alice", "secret", "shop"))
                    .contains("node", "1", "alice", "shop"));
  }

  @Test
  void urlsNameTheDatabaseAsEachEngineHasIt() {
    assertThat(Engine.POSTGRESQL.url("a:1,b:2", "my shop"))
        .isEqualTo("jdbc:postgresql://a:1,b:2/my%20shop");
    assertThat(Engine.SQLSERVER.url("a:1", "my shop"))
        .isEqualTo("jdbc:sqlserver://a:1;databaseName=my shop");
    assertThat(Engine.SQLSERVER.url("a:1", "")).isEqualTo("jdbc:sqlserver://a:1");
  }

  @Test
  void peopleReadOfAllProducts() {
    assertThat(Engine.PRODUCTS).isEqualTo("PostgreSQL, MySQL, MariaDB and SQL Server");
    assertThat(Engine.MYSQL.name()).isEqualTo("MySQL or MariaDB");
  }
}
