package dev.heimdall.engine.kit;

import dev.heimdall.engine.wire.postgres.PgWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;

/** How clients of PostgreSQL have a statement carried out. */
final class PostgresSpellings {
  private static final byte[] UNNAMED = {};

  /** Its text was one of several, of which nobody looked for what they prepare. */
  private static final String UNSEEN = "Bind of what nobody saw prepared";

  /** Where a transaction is open that has only read. */
  private static final Set<String> OPEN =
      Set.of("begun", "open", "delayed", "read only", "chained", "savepoint", "unnamed kept");

  private PostgresSpellings() {}

  static List<Spelling> all() {
    return List.of(
        Spelling.of(
            "unnamed",
            (client, sql) ->
                client.send(
                    out -> {
                      SimulatedClient.statement(out, sql);
                      SimulatedClient.sync(out);
                    })),
        Spelling.of(
            "unnamed, described",
            (client, sql) ->
                client.send(
                    out -> {
                      SimulatedClient.parse(out, "", sql);
                      PgWriter.bind(out, UNNAMED, UNNAMED);
                      out.writeByte('D').writeInt(6).writeByte('P').writeByte(0);
                      PgWriter.execute(out, UNNAMED);
                      SimulatedClient.sync(out);
                    })),
        Spelling.of("unnamed, behind a Flush", (client, sql) -> behindFlush(client, "", sql)),
        Spelling.of(
            "named, behind a Flush",
            (client, sql) -> behindFlush(client, "f" + client.anotherNumber(), sql)),
        Spelling.of(
            "second in a batch",
            (client, sql) ->
                client.send(
                    out -> {
                      SimulatedClient.statement(out, "SELECT " + JudgedAlikeContract.BESIDE);
                      SimulatedClient.statement(out, sql);
                      SimulatedClient.sync(out);
                    })),
        Spelling.of(
            "pipelined text",
            (client, sql) ->
                client.send(
                    out -> {
                      PgWriter.query(out, "SELECT " + JudgedAlikeContract.BESIDE);
                      PgWriter.query(out, sql);
                    })),
        Spelling.of(
            "pipelined Bind",
            (client, sql) ->
                client.send(
                    out -> {
                      SimulatedClient.statement(out, "SELECT " + JudgedAlikeContract.BESIDE);
                      SimulatedClient.sync(out);
                      SimulatedClient.statement(out, sql);
                      SimulatedClient.sync(out);
                    })),
        Spelling.of(
            "second in a text",
            (client, sql) -> client.sends("SELECT " + JudgedAlikeContract.BESIDE + "; " + sql)),
        Spelling.of(
            "EXECUTE",
            (client, sql) -> {
              String name = "x" + client.anotherNumber();
              if (client.prepares(() -> client.sends("PREPARE " + name + " AS " + sql))) {
                client.sends("EXECUTE " + name);
              }
            }),
        Spelling.of(
            "EXECUTE, prepared before",
            (client, sql) -> client.sends("PREPARE x AS " + sql),
            (client, sql) -> client.sends("EXECUTE x")),
        Spelling.of(
                "EXECUTE",
                (client, sql) -> client.sends("PREPARE x AS " + sql),
                (client, sql) -> client.sends("EXECUTE x"))
            .unruled("EXECUTE, prepared before there were rules"),
        Spelling.of(
                "Bind",
                (client, sql) -> client.sends("PREPARE x AS " + sql),
                (client, sql) -> binds(client, "x"))
            .unruled("Bind of what SQL has prepared before there were rules"),
        Spelling.of(
                "Bind",
                (client, sql) ->
                    client.sends("SELECT " + JudgedAlikeContract.BESIDE + "; PREPARE y AS " + sql),
                (client, sql) -> binds(client, "y"))
            .unruled(UNSEEN),
        Spelling.of(
            "EXECUTE, unnamed",
            (client, sql) -> client.sends("PREPARE x AS " + sql),
            (client, sql) ->
                client.send(
                    out -> {
                      SimulatedClient.statement(out, "EXECUTE x");
                      SimulatedClient.sync(out);
                    })));
  }

  private static void binds(KitClient client, String name) {
    client.send(
        out -> {
          SimulatedClient.run(out, name);
          SimulatedClient.sync(out);
        });
  }

  /** As drivers do that ask for the columns first. */
  private static void behindFlush(KitClient client, String name, String sql) {
    client.send(
        out -> {
          SimulatedClient.parse(out, name, sql);
          PgWriter.describeStatement(out, name.getBytes(StandardCharsets.UTF_8));
          SimulatedClient.flush(out);
        });
    client.send(
        out -> {
          SimulatedClient.run(out, name);
          SimulatedClient.sync(out);
        });
  }

  /** Why a spelling is treated otherwise than the text; null where it must not be. */
  static String differs(String treatment, String standing, String spelling) {
    boolean same =
        treatment.equals("learn") && !spelling.endsWith("there were rules")
            || treatment.equals("trigger before") && spelling.equals("EXECUTE");
    if (spelling.startsWith("EXECUTE")
        && !same
        && (!treatment.startsWith("drop")
            || (treatment.equals("drop") && spelling.endsWith("there were rules")))) {
      return "PREPARE and EXECUTE are statements with texts of their own, which rules see";
    }
    if (spelling.equals(UNSEEN) && !treatment.equals("drop by table")) {
      return "rules see an EXECUTE of its name";
    }
    if (treatment.equals("forward") && spelling.equals("second in a batch")) {
      return "a batch stays where it has begun, and what is to run elsewhere is rejected";
    }
    if (treatment.equals("reader-eligible")) {
      switch (spelling) {
        case "second in a batch", "second in a text" -> {
          return "one server answers them all, of which the first is not marked";
        }
        case "unnamed, behind a Flush", "named, behind a Flush" -> {
          return "the writer has parsed it";
        }
        default -> {}
      }
    }
    if (treatment.equals("retry")) {
      return switch (spelling) {
        case "second in a batch", "second in a text" -> "what is one of several is not repeated";
        case "unnamed, behind a Flush", "named, behind a Flush" ->
            "a part of its batch has been answered";
        case "pipelined text", "pipelined Bind" -> "it does not stand alone";
        case "prepared" ->
            OPEN.contains(standing) || standing.equals("written")
                ? "its error is the end of the transaction, in which the next one is not parsed"
                : null;
        default -> null;
      };
    }
    if (treatment.equals("reader-eligible") && spelling.startsWith("pipelined")) {
      return "it goes where what is ahead of it went";
    }
    if (treatment.equals("async-execute") && spelling.equals("second in a text")) {
      return "what is one of several in a text is not carried out later";
    }
    if (treatment.equals("cache")) {
      return switch (spelling) {
        case "second in a batch", "second in a text" -> "the answers to several are not kept";
        case "unnamed, behind a Flush" -> "nobody knows whether its text is read as it was parsed";
        case "pipelined text", "pipelined Bind" ->
            "behind what is not answered a server's answer comes sooner";
        case "named, behind a Flush" ->
            OPEN.contains(standing) ? "a transaction goes on at its server" : null;
        default -> null;
      };
    }
    return standing.equals("failed") && isRefusedFirst(treatment, spelling)
        ? "in a transaction that has failed a server refuses what comes ahead of the run"
        : null;
  }

  private static boolean isRefusedFirst(String treatment, String spelling) {
    boolean parsedFirst = spelling.equals("prepared") || spelling.endsWith("behind a Flush");
    return switch (treatment) {
      case "concurrency", "delay", "trigger before" ->
          !spelling.equals("second in a text")
              && !spelling.equals("pipelined text")
              && !spelling.startsWith("EXECUTE")
              && !spelling.startsWith("prepared before")
              && !spelling.startsWith("Bind");
      case "result" -> spelling.endsWith("behind a Flush") || spelling.equals("second in a batch");
      case "multiplex", "pool", "queryTimeout" -> parsedFirst;
      default -> false;
    };
  }

  static List<Standing> standings() {
    return List.of(
        Standing.of("read only", "BEGIN READ ONLY", "SELECT before"),
        Standing.of("chained", "BEGIN", "SELECT before", "COMMIT AND CHAIN"),
        Standing.of("failed", "BEGIN", "SELECT 1/0"),
        Standing.of("temporary table", "CREATE TEMP TABLE own (id int)"),
        Standing.of("cursor", "DECLARE c CURSOR WITH HOLD FOR SELECT before"),
        Standing.of("listening", "LISTEN news"),
        Standing.of("savepoint", "BEGIN", "SELECT before", "SAVEPOINT s"),
        new Standing(
            "unnamed kept",
            "\"prepared\": {\"anonymousParse\": \"cache\"}",
            List.of("BEGIN", "SELECT before")));
  }
}
