package dev.heimdall.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/**
 * URLs as the documentation of JDBC drivers has them, in every place of a configuration that takes
 * one: each gives a configuration, or problems with a path, and never shows a password.
 */
class DriverUrlsTest {
  private static final String CANARY = "canary";

  static final List<String> DOCUMENTED =
      List.of(
          // pgjdbc
          "jdbc:postgresql:database",
          "jdbc:postgresql:/",
          "jdbc:postgresql://host/database",
          "jdbc:postgresql://host:5432/",
          "jdbc:postgresql://[::1]:5740/accounting",
          "jdbc:postgresql://localhost/test?user=fred&password=canary&ssl=true",
          "jdbc:postgresql://localhost/test?options=-c%20search_path=test,public,pg_catalog%20-c%20statement_timeout=90000",
          "jdbc:postgresql://host1:123,host2:456/database?targetServerType=primary",
          "jdbc:postgresql://node1,node2,node3/accounting?targetServerType=preferSecondary&loadBalanceHosts=true",
          "jdbc:postgresql://localhost/test?socketFactory=org.newsclub.net.unix.AFUNIXSocketFactory$FactoryArg&socketFactoryArg=/var/run/.s.PGSQL.5432",
          "jdbc:postgresql://?service=driverTestService1",
          "jdbc:postgresql:///",
          // MySQL Connector/J
          "jdbc:mysql://h/db?useSSL=false",
          "jdbc:mysql://host1:33060/sakila",
          "jdbc:mysql://myhost1:1111,myhost2:2222/db?key1=value1&key2=value2",
          "jdbc:mysql://address=(host=myhost)(port=1111)(key1=value1)/db",
          "jdbc:mysql://(host=myhost,port=1111,password=canary)/db",
          "jdbc:mysql://[(host=myhost1,port=1111,user=sandy,password=canary),(host=myhost2,port=2222)]/db",
          "jdbc:mysql://myhost1:1111,address=(host=myhost2)(port=2222)(key2=value2)/db",
          "jdbc:mysql://sandy:canary@[myhost1:1111,address=(host=myhost2)(port=2222)(key2=value2)]/db",
          "jdbc:mysql://sandy:canary@[address=(host=myhost1)(port=1111),(host=myhost2,port=2222)]/db",
          "jdbc:mysql://[2001:db8::1]:3306/db",
          "jdbc:mysql://address=(protocol=pipe)(path=\\\\.\\pipe\\MySQL)/db",
          "jdbc:mysql:loadbalance://localhost:3306,localhost:3310/sakila?loadBalanceConnectionGroup=first&ha.enableJMX=true",
          "jdbc:mysql:replication://source,replica1,replica2,replica3/test?allowSourceDownConnections=true",
          "jdbc:mysql:replication://address=(type=source)(host=source1host),address=(type=replica)(host=replica1host)/database",
          "jdbc:mysql+srv://_mysql._tcp.host1.domain.com/db",
          "jdbc:mysql+srv:loadbalance://_mysql._tcp.foo.abc.com/db",
          "mysqlx://[(address=127.0.0.1:33060,priority=100),(address=example.com:33060,priority=0)]/db?xdevapi.ssl-mode=DISABLED",
          "mysqlx+srv://johndoe:canary@_mysqlx._tcp.example.com/db",
          "jdbc:mysql://localhost/test%20db?user=%E4%B8%AD&password=canary%26",
          // MariaDB Connector/J
          "jdbc:mariadb://localhost:3306/DB?user=root&password=canary",
          "jdbc:mariadb:sequential://host1,host2,host3/testdb",
          "jdbc:mariadb:replication://master1,slave1,slave2:3307/DB",
          "jdbc:mariadb://address=(host=master1)(port=3306)(type=master),address=(host=slave1)(type=slave)/DB",
          "jdbc:mariadb://localhost/DB?localSocket=/var/run/mysqld/mysqld.sock",
          "jdbc:mariadb:load-balance-read://primary1,replica1,replica2/DB",
          // mssql-jdbc
          "jdbc:sqlserver://localhost;encrypt=true;user=MyUserName;password=canary;",
          "jdbc:sqlserver://localhost\\\\sqlexpress;integratedSecurity=true;",
          "jdbc:sqlserver://localhost\\instance1:1433;databaseName=AdventureWorks;encrypt=false",
          "jdbc:sqlserver://;servername=server_name;encrypt=true;integratedSecurity=true",
          "jdbc:sqlserver://;serverName=3ffe:8311:eeee:f70f:0:5eae:10.203.31.9\\instance1;integratedSecurity=true;",
          "jdbc:sqlserver://localhost;databaseName=AdventureWorks;password={can;}ary canary};",
          "jdbc:sqlserver://listener;multiSubnetFailover=true;applicationIntent=ReadOnly",
          "jdbc:sqlserver://");

  @TempDir Path dir;

  private void write(String file, Map<String, Object> document) throws IOException {
    FullConfiguration.write(dir, file, new ObjectMapper().writeValueAsString(document));
  }

  /** The URL in every place that takes one, each in turn; the configuration is right but for it. */
  private void holds(String url) throws IOException {
    for (String place : List.of("source", "mysql", "cluster", "writer", "reader", "variables")) {
      boolean source = List.of("source", "mysql", "cluster").contains(place);
      write("sources/main.json", Map.of("url", "jdbc:postgresql://db", "driver", "spread"));
      write("vdbs/app.json", Map.of("ports", List.of(0), "source", "main"));
      write(
          "drivers/spread.json",
          Map.of(
              "writerUrl",
              place.equals("writer")
                  ? url
                  : place.equals("variables")
                      ? url.replaceAll("//[^/?;]*", "//\\${writer}")
                      : "jdbc:postgresql://${writer}/${database}",
              "readerUrl",
              place.equals("reader") ? url : "jdbc:postgresql://${reader}/${database}"));
      write(
          "sources/tried.json",
          !source
              ? Map.of("url", "jdbc:postgresql://db")
              : place.equals("mysql")
                  ? Map.of("url", url, "engine", "mysql", "user", "u", "password", "p")
                  : place.equals("cluster")
                      ? Map.of("url", url, "cluster", Map.of("kind", "aurora"))
                      : Map.of("url", url));
      try {
        assertThat(ConfigurationReader.read(dir)).as(place).isNotNull();
      } catch (ConfigurationException e) {
        assertThat(e.problems()).as(place + " " + url).isNotEmpty();
        for (Problem problem : e.problems()) {
          assertThat(problem.path()).as(place + " " + url).startsWith("$");
          assertThat(problem.toString()).as(place + " " + url).doesNotContain(CANARY);
        }
      } catch (RuntimeException | Error e) {
        throw new AssertionError(place + ": " + url, e);
      }
    }
  }

  @ParameterizedTest
  @FieldSource("DOCUMENTED")
  void documentedUrlGivesAConfigurationOrAProblem(String url) throws IOException {
    holds(url);
  }

  /** Parts of documented URLs put together at random; a failure names the URL. */
  @Test
  void urlsPutTogetherAtRandomGiveAConfigurationOrAProblem() throws IOException {
    Random random = new Random(Long.getLong("urls.seed", 20));
    List<String> parts = new ArrayList<>();
    for (String url : DOCUMENTED) {
      parts.addAll(
          List.of(url.split("(?<=[:/?;&,=(){}\\[\\]@\\\\])|(?=[:/?;&,=(){}\\[\\]@\\\\])")));
    }
    parts.removeIf(part -> part.contains(CANARY) || part.contains("ary"));
    parts.addAll(
        List.of("%", "%zz", "%C3", "${writer}", "${", "${}", "$1", "中", "\u0000", "65536"));
    List<String> starts =
        List.of(
            "jdbc:postgresql://",
            "jdbc:mysql://",
            "jdbc:mariadb://",
            "jdbc:mysql:replication://",
            "jdbc:sqlserver://",
            "");
    for (int i = 0; i < 60; i++) {
      StringBuilder url = new StringBuilder(starts.get(random.nextInt(starts.size())));
      for (int length = random.nextInt(12); length > 0; length--) {
        url.append(parts.get(random.nextInt(parts.size())));
      }
      holds(url.toString());
    }
  }
}
