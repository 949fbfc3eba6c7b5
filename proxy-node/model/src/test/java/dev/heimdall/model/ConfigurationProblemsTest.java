package dev.heimdall.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** Wrong configurations and exactly what is said of them. */
class ConfigurationProblemsTest {
  private static final String SCRAM =
      "SCRAM-SHA-256$4096:c2FsdHNhbHRzYWx0$" + "A".repeat(43) + "=:" + "B".repeat(42) + "E=";

  @TempDir Path dir;

  /** One document put into a right configuration, and the problems that follow. */
  record Case(String file, String text, List<String> problems) {
    @Override
    public String toString() {
      return file + " " + text.replaceAll("\\s+", " ");
    }
  }

  private static Case node(String settings, String... problems) {
    return new Case("node.json", "{" + settings + "}", List.of(problems));
  }

  private static Case source(String settings, String... problems) {
    return new Case(
        "sources/primary.json",
        "{\"url\": \"jdbc:postgresql://db\", " + settings + "}",
        List.of(problems));
  }

  private static Case url(String url, String... problems) {
    return new Case("sources/primary.json", "{\"url\": \"" + url + "\"}", List.of(problems));
  }

  private static Case vdb(String settings, String... problems) {
    return new Case(
        "vdbs/shop.json",
        "{\"ports\": [5050], \"source\": \"primary\", " + settings + "}",
        List.of(problems));
  }

  private static Case user(String settings, String... problems) {
    return new Case("users/alice.json", "{" + settings + "}", List.of(problems));
  }

  private static Case file(String file, String text, String... problems) {
    return new Case(file, text, List.of(problems));
  }

  static final List<Case> SYNTAX =
      List.of(
          file("node.json", "", "node.json $: got an empty file, expected an object: { … }"),
          file(
              "node.json",
              "{",
              "node.json:1:2 $: got an end of the file inside an object, list or text, expected"
                  + " valid JSON (RFC 8259)"),
          file(
              "node.json",
              "{\"id\": 1,}",
              "node.json:1:10 $: got a syntax error at \"}\" (was expecting double-quote to start"
                  + " field name), expected valid JSON (RFC 8259)"),
          file(
              "node.json",
              "{\"id\": 1} {}",
              "node.json:1:11 $: got something after the end of the document, expected nothing"),
          node(
              "\"adminDatabase\": \"pgbouncer\"",
              "node.json $.pgbouncerDatabase: got \"pgbouncer\", expected another name than"
                  + " \"adminDatabase\", which leads to the node's own console"),
          file("node.json", "[]", "node.json:1:1 $: got a list, expected an object: { … }"),
          file(
              "node.json",
              "{\"adminDatabase\": hunter2}",
              "node.json:1:19 $: got a word without quotes, expected valid JSON (RFC 8259)"),
          file(
              "node.json",
              "{\n  \"id\": 1,\n  \"loops\": 2,\n  \"id\": 3\n}",
              "node.json:4:3 $.id: got the key \"id\" again, expected each key only once"),
          file(
              "node.json",
              "{\"http\": {\"port\": 1, \"port\": 2}}",
              "node.json:1:22 $.http.port: got the key \"port\" again, expected each key only"
                  + " once"),
          file(
              "node.json",
              "{\"id\": 1 // one\n}",
              "node.json:1:10 $: got a syntax error at \"/\" (maybe a (non-standard) comment?),"
                  + " expected valid JSON (RFC 8259)"),
          file(
              "node.json",
              "{\"a\":" + "[".repeat(40),
              "node.json $: got objects or lists nested more than 32 deep, expected valid JSON (RFC"
                  + " 8259)"),
          file(
              "users/alice.json",
              "{\"password\": 'hunter2'}",
              "users/alice.json:1:14 $: got a syntax error at \"'\" (expected a valid value (JSON"
                  + " String, Number, Array, Object or token 'null', 'true' or 'false')), expected"
                  + " valid JSON (RFC 8259)"),
          file(
              "users/alice.json",
              "{\"password\": \"hunter2",
              "users/alice.json:1:22 $: got an end of the file inside an object, list or text,"
                  + " expected valid JSON (RFC 8259)"));

  static final List<Case> NODE =
      List.of(
          node(
              "\"topology\": {\"key\": \"0123456789abcdef0123456789abcdef\\nshort\"}",
              "node.json:1:22 $.topology.key: got ***, expected one key or 2, one a line, each of"
                  + " at least 32 characters, which nobody can guess"),
          node(
              "\"tracing\": {\"headers\": \"Authorization: a\\ncanary\"}",
              "node.json:1:25 $.tracing.headers: got ***, expected headers, one a line, each as"
                  + " \"Name: value\""),
          node(
              "\"tracing\": {\"oneIn\": -1}",
              "node.json:1:23 $.tracing.oneIn: got -1, expected an integer from 1 to 1000000000,"
                  + " or 0 (none)"),
          node("\"id\": 0", "node.json:1:8 $.id: got 0, expected an integer from 1 to 4095"),
          node("\"id\": 4096", "node.json:1:8 $.id: got 4096, expected an integer from 1 to 4095"),
          node(
              "\"id\": \"7\"",
              "node.json:1:8 $.id: got \"7\", expected an integer, without quotes, from 1 to 4095"),
          node("\"id\": 1.0", "node.json:1:8 $.id: got 1.0, expected an integer from 1 to 4095"),
          node("\"id\": null", "node.json:1:8 $.id: got null, expected an integer from 1 to 4095"),
          node(
              "\"loops\": -1",
              "node.json:1:11 $.loops: got -1, expected an integer from 1 to 1024, or 0 (one fewer"
                  + " than the processors, one at least)"),
          node(
              "\"transport\": \"io-uring\"",
              "node.json:1:15 $.transport: got \"io-uring\", expected one of \"auto\", \"epoll\","
                  + " \"io_uring\", \"nio\"; did you mean \"io_uring\"?"),
          node(
              "\"transport\": \"kqueue\"",
              "node.json:1:15 $.transport: got \"kqueue\", expected one of \"auto\", \"epoll\","
                  + " \"io_uring\", \"nio\""),
          node("\"http\": 5059", "node.json:1:10 $.http: got 5059, expected an object: { … }"),
          node(
              "\"http\": {\"enabled\": \"false\"}",
              "node.json:1:22 $.http.enabled: got \"false\", expected true or false without"
                  + " quotes"),
          node(
              "\"http\": {\"address\": \"localhost\"}",
              "node.json:1:22 $.http.address: got \"localhost\", expected an IPv4 or IPv6 address,"
                  + " such as \"0.0.0.0\" or \"::1\"; did you mean \"127.0.0.1\"?"),
          node(
              "\"http\": {\"prot\": 1}",
              "node.json:1:11 $.http.prot: got the unknown key \"prot\", expected one of the keys"
                  + " of HttpSettings; did you mean \"port\"?"),
          node(
              "\"port\": 5059",
              "node.json:1:2 $.port: got the unknown key \"port\", expected one of the keys of"
                  + " NodeSettings; did you mean \"http.port\"?"),
          node(
              "\"store\": {\"servers\": [\"a\", \"b\"], \"user\": \"me\", \"tls\": {\"mode\":"
                  + " \"prefer\"}}",
              "node.json $.store.password: got nothing, expected the password of \"user\"",
              "node.json:1:23 $.store.servers: got 2 servers, expected exactly one, which may be a"
                  + " name that leads to the primary, or the \"mode\" \"replication\" or"
                  + " \"cluster\"",
              "node.json:1:65 $.store.tls.mode: got \"prefer\", expected \"disable\", \"require\","
                  + " \"verify-ca\" or \"verify-full\": the store does not say whether it has TLS"),
          node(
              "\"drainTimeout\": 30",
              "node.json:1:18 $.drainTimeout: got 30, expected a duration with a unit (ms, s, m, h,"
                  + " d) from 1ms to 1d, or \"0\" (close at once); did you mean \"30s\"?"),
          node(
              "\"drainTimeout\": \"30\"",
              "node.json:1:18 $.drainTimeout: got \"30\", expected a duration with a unit (ms, s,"
                  + " m, h, d) from 1ms to 1d, or \"0\" (close at once); did you mean \"30s\"?"),
          node(
              "\"drainTimeout\": \"30 sec\"",
              "node.json:1:18 $.drainTimeout: got \"30 sec\", expected a duration with a unit (ms,"
                  + " s, m, h, d) from 1ms to 1d, or \"0\" (close at once); did you mean \"30s\"?"),
          node(
              "\"drainTimeout\": \"2d\"",
              "node.json:1:18 $.drainTimeout: got \"2d\", expected a duration with a unit (ms, s,"
                  + " m, h, d) from 1ms to 1d, or \"0\" (close at once)"),
          node(
              "\"loginTimeout\": \"0\"",
              "node.json:1:18 $.loginTimeout: got \"0\", expected a duration with a unit (ms, s, m,"
                  + " h, d) from 1ms to 1h"),
          node(
              "\"loginTimeout\": \"soon\"",
              "node.json:1:18 $.loginTimeout: got \"soon\", expected a duration with a unit (ms, s,"
                  + " m, h, d) from 1ms to 1h"),
          node(
              "\"drainTimeout\": 0",
              "node.json:1:18 $.drainTimeout: got 0, expected a duration with a unit (ms, s, m, h,"
                  + " d) from 1ms to 1d, or \"0\" (close at once); did you mean \"0\"?"),
          node(
              "\"logLevel\": \"warning\"",
              "node.json:1:14 $.logLevel: got \"warning\", expected one of \"trace\", \"debug\","
                  + " \"info\", \"warn\", \"error\"; did you mean \"warn\"?"),
          node(
              "\"peers\": [{\"id\": 1, \"host\": \"a\", \"port\": 1}, {\"id\": 2, \"host\":"
                  + " \"b:1\"}, {\"id\": 2, \"host\": \"b\", \"port\": 1}]",
              "node.json:1:19 $.peers[0].id: got 1, this node's own id, expected the id of another"
                  + " node",
              "node.json:1:47 $.peers[1].port: got nothing, expected an integer from 1 to 65535"
                  + " (required)",
              "node.json:1:65 $.peers[1].host: got \"b:1\", expected a host name or an IP address,"
                  + " without a port",
              "node.json:1:80 $.peers[2].id: got 2 again, expected each id only once"),
          node(
              "\"peerNetworks\": [\"10.0.0.0/28\", \"fd00::/8\"]",
              "node.json:1:34 $.peerNetworks[1]: got \"fd00:0:0:0:0:0:0:0/8\", expected a network"
                  + " of IPv4 addresses"),
          node(
              "\"peerNetworks\": [\"10.0.0.0/28\", \"10.0.0.8/30\"]",
              "node.json:1:34 $.peerNetworks[1]: got \"10.0.0.8/30\", expected a network without"
                  + " addresses of \"10.0.0.0/28\""),
          node(
              "\"peerNetworks\": [\"10.0.0.0/16\"]",
              "node.json:1:18 $.peerNetworks: got 65536 addresses, expected 32759 at most, in all"
                  + " of them together"),
          node(
              "\"peerNetworks\": [\"10.0.0.0/19\"], \"maxClients\": 0, \"peers\": [{\"id\": 9,"
                  + " \"host\": \"a\", \"port\": 1}]",
              "node.json:1:49 $.maxClients: got 0, expected 1 to 65536, as peerNetworks have 8192"
                  + " addresses",
              "node.json:1:69 $.peers[0].id: got 9, expected a number above 8196, the last one of"
                  + " peerNetworks"),
          node(
              "\"maxClient\": 5, \"logformat\": \"json\", \"nonsense\": {}",
              "node.json:1:2 $.maxClient: got the unknown key \"maxClient\", expected one of the"
                  + " keys of NodeSettings; did you mean \"maxClients\"?",
              "node.json:1:18 $.logformat: got the unknown key \"logformat\", expected one of the"
                  + " keys of NodeSettings; did you mean \"logFormat\"?",
              "node.json:1:39 $.nonsense: got the unknown key \"nonsense\", expected one of the"
                  + " keys of NodeSettings"));

  static final List<Case> SOURCE =
      List.of(
          file(
              "sources/primary.json",
              "{}",
              "sources/primary.json:1:1 $.url: got nothing, expected"
                  + " jdbc:postgresql://host[:port][/database],"
                  + " jdbc:mysql://host[:port][/database], or"
                  + " jdbc:sqlserver://host[:port][;databaseName=database] (required, unless \"cluster\" has an"
                  + " \"arn\" or \"global\")"),
          url(
              "",
              "sources/primary.json:1:9 $.url: got \"\", expected"
                  + " jdbc:postgresql://host[:port][/database],"
                  + " jdbc:mysql://host[:port][/database], or"
                  + " jdbc:sqlserver://host[:port][;databaseName=database]"),
          url(
              "jdbc:oracle:thin:@db",
              "sources/primary.json:1:9 $.url: got \"***@db\", expected"
                  + " jdbc:postgresql://host[:port][/database],"
                  + " jdbc:mysql://host[:port][/database], or"
                  + " jdbc:sqlserver://host[:port][;databaseName=database]"),
          url(
              "postgresql://db:5432/shop",
              "sources/primary.json:1:9 $.url: got \"postgresql://db:5432/shop\", expected"
                  + " jdbc:postgresql://host[:port][/database],"
                  + " jdbc:mysql://host[:port][/database], or"
                  + " jdbc:sqlserver://host[:port][;databaseName=database]; did you mean"
                  + " \"jdbc:postgresql://db:5432/shop\"?"),
          url(
              "jdbc:postgresql://",
              "sources/primary.json:1:9 $.url: got \"jdbc:postgresql://\", expected a host name or"
                  + " an IP address: jdbc:postgresql://host[:port][/database]"),
          url(
              "jdbc:postgresql:///shop",
              "sources/primary.json:1:9 $.url: got \"jdbc:postgresql:///shop\", expected a host"
                  + " name or an IP address: jdbc:postgresql://host[:port][/database]"),
          url(
              "jdbc:postgresql://a,b/shop",
              "sources/primary.json:1:9 $.url: got 2 hosts, expected exactly one host: write a data"
                  + " source for each server, or a \"kind\" of \"cluster\", such as \"postgres\""
                  + " for a primary with its replicas"),
          url(
              "jdbc:postgresql://a,b:x/shop",
              "sources/primary.json:1:9 $.url: got \"jdbc:postgresql://a,b:x/shop\", expected a"
                  + " port from 1 to 65535 after the host"),
          url(
              "jdbc:postgresql://me:hunter2@db/shop",
              "sources/primary.json:1:9 $.url: got \"jdbc:postgresql://***@db/shop\", expected a"
                  + " URL without credentials: use the settings \"user\" and \"password\""),
          url(
              "jdbc:postgresql://db/shop?sslmode=require&password=hunter2",
              "sources/primary.json:1:9 $.url: got \"jdbc:postgresql://db/shop?***\", expected a"
                  + " URL without parameters after \"?\": use the setting \"tls.mode\" instead of"
                  + " \"sslmode\""),
          url(
              "jdbc:postgresql://db/shop?Password=hunter2",
              "sources/primary.json:1:9 $.url: got \"jdbc:postgresql://db/shop?***\", expected a"
                  + " URL without parameters after \"?\": use the setting \"password\" instead of"
                  + " \"Password\""),
          url(
              "jdbc:postgresql://db/shop?binaryTransfer=true",
              "sources/primary.json:1:9 $.url: got \"jdbc:postgresql://db/shop?***\", expected a"
                  + " URL without parameters after \"?\""),
          url(
              "jdbc:postgresql://::1/shop",
              "sources/primary.json:1:9 $.url: got \"jdbc:postgresql://::1/shop\", expected an IPv6"
                  + " address in brackets, such as [::1]:5432"),
          url(
              "jdbc:postgresql://[::g]/shop",
              "sources/primary.json:1:9 $.url: got \"jdbc:postgresql://[::g]/shop\", expected an"
                  + " IPv6 address between the brackets, such as [::1]"),
          url(
              "jdbc:postgresql://db:0/shop",
              "sources/primary.json:1:9 $.url: got \"jdbc:postgresql://db:0/shop\", expected a port"
                  + " from 1 to 65535 after the host"),
          url(
              "jdbc:postgresql://db:port/shop",
              "sources/primary.json:1:9 $.url: got \"jdbc:postgresql://db:port/shop\", expected a"
                  + " port from 1 to 65535 after the host"),
          url(
              "jdbc:postgresql://db/a/b",
              "sources/primary.json:1:9 $.url: got \"jdbc:postgresql://db/a/b\", expected one"
                  + " database name after the host, with other characters as %XX:"
                  + " jdbc:postgresql://host[:port][/database]"),
          url(
              "jdbc:postgresql://db/%zz",
              "sources/primary.json:1:9 $.url: got \"jdbc:postgresql://db/%zz\", expected one"
                  + " database name after the host, with other characters as %XX:"
                  + " jdbc:postgresql://host[:port][/database]"),
          source(
              "\"engine\": \"mysql\"",
              "sources/primary.json:1:43 $.engine: got \"mysql\", expected \"postgresql\", or"
                  + " nothing: the URL is one of that engine"),
          source(
              "\"cluster\": {\"kind\": \"group-replication\"}, \"user\": \"u\"",
              "sources/primary.json:1:53 $.cluster.kind: got \"group-replication\", expected one of"
                  + " \"none\", \"postgres\", \"rds\", \"rds-multi-az\", \"aurora\", because the"
                  + " engine is \"postgresql\""),
          source(
              "\"name\": \"other\"",
              "sources/primary.json:1:41 $.name: got \"other\", expected \"primary\", the file's"
                  + " base name"),
          source(
              "\"password\": \"hunter2\"",
              "sources/primary.json $.user: got nothing, expected a user for \"password\""),
          source(
              "\"user\": \"u\", \"password\": 12345",
              "sources/primary.json:1:58 $.password: got *** (a number), expected a text that is"
                  + " not empty"),
          source(
              "\"user\": \"\"",
              "sources/primary.json:1:41 $.user: got \"\", expected a name of 1 to 63 bytes without"
                  + " control characters"),
          source(
              "\"tls\": {\"mode\": \"verify_full\"}",
              "sources/primary.json:1:49 $.tls.mode: got \"verify_full\", expected one of"
                  + " \"disable\", \"prefer\", \"require\", \"verify-ca\", \"verify-full\"; did you"
                  + " mean \"verify-full\"?"),
          source(
              "\"tls\": {\"caFile\": \"nowhere.pem\"}",
              "sources/primary.json:1:51 $.tls.caFile: got \"nowhere.pem\", expected a file that"
                  + " exists and can be read; a relative path begins at the configuration"
                  + " directory"),
          source(
              "\"tls\": {\"certificateFile\": \"tls/server.crt\"}",
              "sources/primary.json $.tls.keyFile: got nothing, expected the private key of"
                  + " \"certificateFile\""),
          source(
              "\"tls\": {\"keyFile\": \"tls/server.key\"}",
              "sources/primary.json $.tls.certificateFile: got nothing, expected the certificate of"
                  + " \"keyFile\""),
          source(
              "\"tls\": {\"direct\": true}",
              "sources/primary.json:1:51 $.tls.direct: got true with the mode \"prefer\", expected"
                  + " the mode \"require\", \"verify-ca\" or \"verify-full\", as direct TLS has no"
                  + " way back"),
          source(
              "\"tls\": {\"mode\": \"disable\", \"channelBinding\": \"require\"}",
              "sources/primary.json:1:78 $.tls.channelBinding: got \"require\" with the mode"
                  + " \"disable\", expected a mode with TLS, or the channel binding \"prefer\" or"
                  + " \"disable\""),
          source(
              "\"parameters\": {\"User\": \"x\", \"search_path\": 5}",
              "sources/primary.json:1:48 $.parameters.User: got the parameter \"User\", expected"
                  + " only run-time settings of the server; user and database follow from the"
                  + " client, the data source and the VDB",
              "sources/primary.json:1:76 $.parameters.search_path: got 5, expected a text that is"
                  + " not empty"),
          source(
              "\"parameters\": []",
              "sources/primary.json:1:47 $.parameters: got a list, expected an object of texts: {"
                  + " \"key\": \"value\", … }"),
          source(
              "\"sslmode\": \"require\"",
              "sources/primary.json:1:33 $.sslmode: got the unknown key \"sslmode\", expected one"
                  + " of the keys of DataSource"));

  static final List<Case> VDB =
      List.of(
          file(
              "vdbs/shop.json",
              "{}",
              "vdbs/shop.json:1:1 $.ports: got nothing, expected a list: [ … ] (required)",
              "vdbs/shop.json:1:1 $.source: got nothing, expected a name of 1 to 63 letters,"
                  + " digits, \"_\", \"-\" and \".\" that begins with a letter, a digit or \"_\""
                  + " (required)"),
          file(
              "vdbs/shop.json",
              "{\"ports\": 5050, \"source\": \"primary\"}",
              "vdbs/shop.json:1:11 $.ports: got 5050, expected a list: [ … ]"),
          file(
              "vdbs/shop.json",
              "{\"ports\": [], \"source\": \"primary\"}",
              "vdbs/shop.json:1:11 $.ports: got an empty list, expected a list: [ … ] with at least"
                  + " one entry"),
          file(
              "vdbs/shop.json",
              "{\"ports\": [5050, 70000, 5050], \"source\": \"primary\"}",
              "vdbs/shop.json:1:18 $.ports[1]: got 70000, expected an integer from 1 to 65535, or 0"
                  + " (any free port)",
              "vdbs/shop.json:1:25 $.ports[2]: got 5050 again, expected each entry only once"),
          file(
              "vdbs/shop.json",
              "{\"ports\": [5059], \"source\": \"primray\"}",
              "vdbs/shop.json:1:12 $.ports[0]: got 5059 on 0.0.0.0, expected a port of its own: the"
                  + " HTTP endpoint, node.json listens on 5059 of 127.0.0.1",
              "vdbs/shop.json:1:29 $.source: got \"primray\", expected the name of a document in"
                  + " sources (primary); did you mean \"primary\"?"),
          vdb(
              "\"size\": 5",
              "vdbs/shop.json:1:40 $.size: got the unknown key \"size\", expected one of the keys"
                  + " of VirtualDatabase; did you mean \"pool.size\"?"),
          vdb(
              "\"pool\": {\"sze\": 5}",
              "vdbs/shop.json:1:49 $.pool.sze: got the unknown key \"sze\", expected one of the"
                  + " keys of PoolSettings; did you mean \"size\"?"),
          vdb(
              "\"pool\": {\"size\": 5, \"minIdle\": 6}",
              "vdbs/shop.json:1:71 $.pool.minIdle: got 6, expected at most \"size\", which is 5"),
          vdb(
              "\"pool\": {\"queueTimeout\": \"2m30s\"}",
              "vdbs/shop.json:1:65 $.pool.queueTimeout: got \"2m30s\", expected a duration with a"
                  + " unit (ms, s, m, h, d) from 1ms to 1d, or \"0\" (no limit)"),
          vdb(
              "\"address\": \"*\"",
              "vdbs/shop.json:1:51 $.address: got \"*\", expected an IPv4 or IPv6 address, such as"
                  + " \"0.0.0.0\" or \"::1\"; did you mean \"0.0.0.0\"?"),
          vdb(
              "\"unixSocket\": \"run/s\", \"unixSocketMode\": \"660\"",
              "vdbs/shop.json:1:54 $.unixSocket: got \"run/s\", expected the absolute path of a"
                  + " file, of at most 107 bytes, such as \"/run/heimdall/.s.PGSQL.5432\"",
              "vdbs/shop.json:1:81 $.unixSocketMode: got \"660\", expected three octal digits"
                  + " behind a 0, such as \"0660\""),
          vdb(
              "\"unixSocket\": \"/" + "x".repeat(107) + "\"",
              "vdbs/shop.json:1:54 $.unixSocket: got \"/"
                  + "x".repeat(79)
                  + "…\", expected the absolute path of a file, of at most 107 bytes, such as"
                  + " \"/run/heimdall/.s.PGSQL.5432\""),
          vdb(
              "\"databases\": {}",
              "vdbs/shop.json:1:53 $.databases: got an empty object, expected an object of texts: {"
                  + " \"key\": \"value\", … } with at least one entry"),
          vdb(
              "\"databases\": {\"*\": \"shop\", \"a\": \"*\", \"b\": \"\"}",
              "vdbs/shop.json:1:54 $.databases[\"*\"]: got \"shop\", expected \"*\", as every other"
                  + " name stays as it is",
              "vdbs/shop.json:1:67 $.databases.a: got \"*\", expected a database name; \"*\" goes"
                  + " only with the key \"*\"",
              "vdbs/shop.json:1:82 $.databases.b: got \"\", expected a name of 1 to 63 bytes"
                  + " without control characters"),
          vdb(
              "\"databases\": {\"heimdall\": \"heimdall\"}",
              "vdbs/shop.json:1:54 $.databases.heimdall: got the database \"heimdall\", expected"
                  + " another name, because \"adminDatabase\" of node.json takes this one"),
          vdb(
              "\"credentials\": \"source\"",
              "vdbs/shop.json:1:55 $.credentials: got \"source\", expected \"passthrough\" or"
                  + " \"user\", or a \"user\" or \"credentials.secret\" in sources/primary.json"),
          vdb(
              "\"credentials\": \"pass-through\"",
              "vdbs/shop.json:1:55 $.credentials: got \"pass-through\", expected one of \"source\","
                  + " \"passthrough\", \"user\"; did you mean \"passthrough\"?"),
          vdb(
              "\"tls\": {\"mode\": \"allow\"}",
              "vdbs/shop.json $.tls.certificateFile: got nothing, expected a certificate, because"
                  + " the mode is \"allow\""),
          vdb(
              "\"tls\": {\"certificateFile\": \"tls/server.crt\"}",
              "vdbs/shop.json $.tls.keyFile: got nothing, expected the private key of"
                  + " \"certificateFile\""),
          vdb(
              "\"tls\": {\"clientCertificate\": \"require\"}",
              "vdbs/shop.json $.tls.clientCaFile: got nothing, expected the authorities of client"
                  + " certificates, because \"clientCertificate\" is \"require\"",
              "vdbs/shop.json $.tls.mode: got \"disable\", expected \"allow\" or \"require\","
                  + " because \"clientCertificate\" is \"require\""),
          vdb(
              "\"auth\": []",
              "vdbs/shop.json:1:48 $.auth: got an empty list, expected a list: [ … ] with at least"
                  + " one entry"),
          vdb(
              "\"auth\": [{}]",
              "vdbs/shop.json:1:49 $.auth[0].method: got nothing, expected one of"
                  + " \"scram-sha-256\", \"md5\", \"password\", \"ldap\", \"trust\", \"reject\", \"cert\""
                  + " (required)"),
          vdb(
              "\"auth\": [{\"method\": \"password\"}, {\"method\": \"cert\"}]",
              "vdbs/shop.json $.auth[1].type: got \"host\", expected \"hostssl\", because the"
                  + " method \"cert\" is about a TLS certificate",
              "vdbs/shop.json $.auth[0].type: got \"host\", expected \"hostssl\", because the"
                  + " method \"password\" sends the password in clear text",
              "vdbs/shop.json:1:84 $.auth[1].method: got \"cert\", expected another method, or"
                  + " tls.clientCertificate \"optional\" or \"require\""),
          vdb(
              "\"auth\": [{\"type\": \"hostssl\", \"method\": \"md5\"}]",
              "vdbs/shop.json:1:58 $.auth[0].type: got \"hostssl\", expected \"host\" or"
                  + " \"hostnossl\", or a certificate in \"tls\": without one no client can use"
                  + " TLS"),
          vdb(
              "\"auth\": [{\"method\": \"scram\"}]",
              "vdbs/shop.json:1:60 $.auth[0].method: got \"scram\", expected one of"
                  + " \"scram-sha-256\", \"md5\", \"password\", \"ldap\", \"trust\", \"reject\", \"cert\";"
                  + " did you mean \"scram-sha-256\"?"),
          vdb(
              "\"auth\": [{\"address\": \"10.1.2.3\", \"method\": \"md5\"},"
                  + " {\"address\": \"10.1.2.3/8\", \"method\": \"md5\"},"
                  + " {\"address\": \"samenet\", \"method\": \"md5\"}]",
              "vdbs/shop.json:1:61 $.auth[0].address: got \"10.1.2.3\", expected \"all\" or a"
                  + " network such as \"10.0.0.0/8\" or \"fd00::/8\"; did you mean"
                  + " \"10.1.2.3/32\"?",
              "vdbs/shop.json:1:103 $.auth[1].address: got \"10.1.2.3/8\", expected \"all\" or a"
                  + " network such as \"10.0.0.0/8\" or \"fd00::/8\"; did you mean \"10.0.0.0/8\"?",
              "vdbs/shop.json:1:147 $.auth[2].address: got \"samenet\", expected \"all\" or a"
                  + " network such as \"10.0.0.0/8\" or \"fd00::/8\""),
          vdb(
              "\"databases\": {\"shop\": \"shop\"}, \"auth\": [{\"databases\": [\"shp\","
                  + " \"heimdall\"], \"users\": [\"alcie\", \"alice\"], \"method\": \"md5\"}]",
              "vdbs/shop.json:1:95 $.auth[0].databases[0]: got \"shp\", expected \"all\" or a key"
                  + " of \"databases\" (shop); did you mean \"shop\"?",
              "vdbs/shop.json:1:125 $.auth[0].users[0]: got \"alcie\", expected \"all\" or the name"
                  + " of a document in users (alice); did you mean \"alice\"?"),
          vdb(
              "\"auth\": [{\"users\": \"alice\", \"method\": \"md5\"}]",
              "vdbs/shop.json:1:59 $.auth[0].users: got \"alice\", expected a list: [ … ]"),
          vdb(
              "\"proxyProtocol\": {\"enabled\": true}",
              "vdbs/shop.json $.proxyProtocol.trusted: got no network, expected at least one,"
                  + " because \"enabled\" is true and a PROXY header can claim any address"),
          vdb(
              "\"proxyProtocol\": {\"enabled\": true, \"trusted\": [\"all\"]}",
              "vdbs/shop.json:1:87 $.proxyProtocol.trusted[0]: got \"all\", expected a network such"
                  + " as \"10.0.0.0/8\" or \"fd00::/8\""),
          vdb(
              "\"authQuery\": {\"enabled\": true, \"sql\": \"SELECT 1\", \"user\": \"asks\"}",
              "vdbs/shop.json:1:78 $.authQuery.sql: got a query without $1, expected a query in"
                  + " which $1 is the user's name"),
          vdb(
              "\"authQuery\": {\"enabled\": true, \"password\": \"x\"}",
              "vdbs/shop.json $.authQuery.user: got nothing, expected a user for"
                  + " \"authQuery.password\""),
          vdb(
              "\"cloudWatch\": {\"logs\": true, \"retentionDays\": 100}",
              "vdbs/shop.json:1:86 $.cloudWatch.retentionDays: got 100, expected 0 (for ever) or"
                  + " one of the days that CloudWatch Logs has; the next ones are 90 and 120"),
          vdb(
              "\"cloudWatch\": {\"logGroup\": \"heimdall shop\"}",
              "vdbs/shop.json:1:67 $.cloudWatch.logGroup: got \"heimdall shop\", expected 1 to 512"
                  + " letters, digits and \"_\", \"-\", \"/\", \".\", \"#\", such as"
                  + " \"/heimdall/shop\""),
          vdb(
              "\"limits\": {\"maxStatementSize\": \"64MB\"}",
              "vdbs/shop.json:1:71 $.limits.maxStatementSize: got \"64MB\", expected a size such as"
                  + " \"64KiB\" or \"16MiB\", or a number of bytes without quotes, from 1KiB to"
                  + " 1073741823; did you mean \"64MiB\"?"),
          vdb(
              "\"limits\": {\"maxStatementSize\": \"65536\"}",
              "vdbs/shop.json:1:71 $.limits.maxStatementSize: got \"65536\", expected a size such"
                  + " as \"64KiB\" or \"16MiB\", or a number of bytes without quotes, from 1KiB to"
                  + " 1073741823"),
          vdb(
              "\"limits\": {\"maxStatementSize\": 100}",
              "vdbs/shop.json:1:71 $.limits.maxStatementSize: got 100, expected a size such as"
                  + " \"64KiB\" or \"16MiB\", or a number of bytes without quotes, from 1KiB to"
                  + " 1073741823"),
          vdb(
              "\"limits\": {\"maxMessageSize\": \"1MiB\"}",
              "vdbs/shop.json $.limits.maxStatementSize: got 67108864 bytes, expected at most"
                  + " \"maxMessageSize\", which is 1048576 bytes"),
          vdb(
              "\"limits\": {\"writeBufferLow\": \"64KiB\"}",
              "vdbs/shop.json:1:69 $.limits.writeBufferLow: got 65536 bytes, expected less than"
                  + " \"writeBufferHigh\", which is 65536 bytes"),
          vdb(
              "\"multiplex\": \"yes\", \"prepared\": {\"anonymousParse\": \"cached\"}",
              "vdbs/shop.json:1:53 $.multiplex: got \"yes\", expected true or false",
              "vdbs/shop.json:1:91 $.prepared.anonymousParse: got \"cached\", expected one of"
                  + " \"auto\", \"forward\", \"cache\"; did you mean \"cache\"?"));

  static final List<Case> USER =
      List.of(
          user(
              "",
              "users/alice.json $.password: got nothing, expected a \"password\" or a \"verifier\" for"
                  + " the method \"scram-sha-256\" of \"auth\" in vdbs/shop.json"),
          user(
              "\"password\": \"\"",
              "users/alice.json:1:14 $.password: got \"\", expected a text that is not empty"),
          user(
              "\"password\": \"hunter2\", \"verifier\": \"" + SCRAM + "\"",
              "users/alice.json:1:37 $.verifier: got ***, expected nothing, because \"password\" is"
                  + " set"),
          user(
              "\"verifier\": \"" + SCRAM.replace("4096", "1000001") + "\"",
              "users/alice.json:1:14 $.verifier: got ***, expected"
                  + " \"SCRAM-SHA-256$iterations:salt$StoredKey:ServerKey\", \"md5\" and 32"
                  + " hexadecimal digits, \"*\" and 40 of them, or MySQL's \"$A$005$…\""),
          user(
              "\"verifier\": \"" + SCRAM.replace("c2FsdHNhbHRzYWx0", "A".repeat(343) + "=") + "\"",
              "users/alice.json:1:14 $.verifier: got ***, expected"
                  + " \"SCRAM-SHA-256$iterations:salt$StoredKey:ServerKey\", \"md5\" and 32"
                  + " hexadecimal digits, \"*\" and 40 of them, or MySQL's \"$A$005$…\""),
          user(
              "\"verifier\": \"" + SCRAM.replace("c2FsdHNhbHRzYWx0", "QUJ=") + "\"",
              "users/alice.json:1:14 $.verifier: got ***, expected"
                  + " \"SCRAM-SHA-256$iterations:salt$StoredKey:ServerKey\", \"md5\" and 32"
                  + " hexadecimal digits, \"*\" and 40 of them, or MySQL's \"$A$005$…\""),
          user(
              "\"verifier\": \"" + SCRAM.replace("E=", "F=") + "\"",
              "users/alice.json:1:14 $.verifier: got ***, expected"
                  + " \"SCRAM-SHA-256$iterations:salt$StoredKey:ServerKey\", \"md5\" and 32"
                  + " hexadecimal digits, \"*\" and 40 of them, or MySQL's \"$A$005$…\""),
          user(
              "\"verifier\": \"SCRAM-SHA-256$4096:hunter2\"",
              "users/alice.json:1:14 $.verifier: got ***, expected"
                  + " \"SCRAM-SHA-256$iterations:salt$StoredKey:ServerKey\", \"md5\" and 32"
                  + " hexadecimal digits, \"*\" and 40 of them, or MySQL's \"$A$005$…\""),
          user(
              "\"verifier\": \"md5" + "a".repeat(32) + "\"",
              "users/alice.json:1:14 $.verifier: got ***, expected what the method"
                  + " \"scram-sha-256\" of \"auth\" in vdbs/shop.json can check: a \"password\", or"
                  + " a verifier of it"),
          user(
              "\"password\": \"hunter2\", \"vdbs\": [\"shp\"]",
              "users/alice.json:1:34 $.vdbs[0]: got \"shp\", expected the name of a document in"
                  + " vdbs (shop); did you mean \"shop\"?"),
          user(
              "\"passwrod\": \"hunter2\", \"password\": \"x\"",
              "users/alice.json:1:2 $.passwrod: got the unknown key \"passwrod\", expected one of"
                  + " the keys of User; did you mean \"password\"?"),
          user(
              "\"password\": {\"value\": \"hunter2\"}",
              "users/alice.json:1:14 $.password.secret: got nothing, expected the name or ARN of a"
                  + " Secrets Manager secret, such as \"prod/shop\"",
              "users/alice.json:1:15 $.password: got an object with another key, expected a text, or"
                  + " \"secret\" and \"key\", which say what Secrets Manager keeps in its place"),
          user(
              "\"name\": \"bob\", \"password\": \"hunter2\"",
              "users/alice.json:1:10 $.name: got \"bob\", expected \"alice\", the file's base"
                  + " name"),
          file(
              "users/" + "x".repeat(64) + ".json",
              "{\"password\": \"hunter2\"}",
              "users/xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx.json $: got"
                  + " the object name"
                  + " \"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\","
                  + " expected a name of 1 to 63 bytes without control characters"));

  static final List<Case> FILES =
      List.of(
          file(
              "nodes.json",
              "{}",
              "nodes.json $: got an unknown file, expected only node.json, sources, drivers, vdbs,"
                  + " rules, learned, users, and files that a document names; did you mean"
                  + " \"node.json\"?"),
          file(
              "vdb/shop.json",
              "{}",
              "vdb $: got an unknown folder, expected only node.json, sources, drivers, vdbs,"
                  + " rules, learned, users, and files that a document names; did you mean"
                  + " \"vdbs\"?"),
          file(
              "users/alice.jsn",
              "{}",
              "users/alice.jsn $: got an unknown file, expected only <name>.json here, and files"
                  + " that a document names"),
          file(
              "sources/my primary.json",
              "{}",
              "sources/my primary.json $: got the object name \"my primary\", expected a name of 1"
                  + " to 63 letters, digits, \"_\", \"-\" and \".\" that begins with a letter, a"
                  + " digit or \"_\""),
          file(
              "tls/unused.pem",
              "x",
              "tls $: got an unknown folder, expected only node.json, sources, drivers, vdbs,"
                  + " rules, learned, users, and files that a document names"),
          file(
              "vdbs/second.json",
              "{\"address\": \"127.0.0.1\", \"ports\": [0, 5051, 5050], \"source\": \"primary\"}",
              "vdbs/shop.json:1:12 $.ports[0]: got 5050 on 0.0.0.0, expected a port of its own:"
                  + " vdbs/second.json listens on 5050 of 127.0.0.1"));

  @BeforeEach
  void rightConfiguration() throws IOException {
    write("node.json", "{}");
    write("sources/primary.json", "{\"url\": \"jdbc:postgresql://db\"}");
    write("vdbs/shop.json", "{\"ports\": [5050], \"source\": \"primary\"}");
    write("users/alice.json", "{\"password\": \"hunter2\"}");
  }

  private void write(String file, String text) throws IOException {
    FullConfiguration.write(dir, file, text);
  }

  private List<String> problems() {
    return Problems.of(() -> ConfigurationReader.read(dir)).stream()
        .map(ConfigurationProblemsTest::withoutKeys)
        .toList();
  }

  /** A list of all keys says nothing in an example; it has to be the whole list all the same. */
  private static String withoutKeys(String problem) {
    for (Class<? extends Record> type :
        List.of(
            NodeSettings.class,
            HttpSettings.class,
            DataSource.class,
            VirtualDatabase.class,
            PoolSettings.class,
            User.class)) {
      String keys =
          String.join(", ", Shape.of(type).fields().stream().map(Shape.Field::key).toList());
      problem = problem.replace("of " + keys, "of the keys of " + type.getSimpleName());
    }
    return problem;
  }

  @ParameterizedTest
  @FieldSource({"SYNTAX", "NODE", "SOURCE", "VDB", "USER", "FILES"})
  void everyProblemIsNamed(Case wrong) throws IOException {
    if (wrong.text().contains("tls/server.")) {
      write("tls/server.crt", "certificate");
      write("tls/server.key", "key");
    }
    write(wrong.file(), wrong.text());

    assertThat(problems()).containsExactlyElementsOf(wrong.problems());
  }
}
