package dev.heimdall.engine.kit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.wire.sqlserver.RpcProcedure;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Names of procedures, which tell rules nothing unless they are paths. */
class SqlServerNamesTest {
  private static final String TEXT = "{\"match\": \"(?i)from t\\\\b\", \"action\": \"drop\"}";
  private static final String TABLE = "{\"match\": \"tables:app.t\", \"action\": \"drop\"}";
  private static final String OF_APP2 = "{\"match\": \"tables:app2.t\", \"action\": \"result\"}";
  private static final String READ = "select last from t";

  /** Procedures that run a text. */
  private static final List<Integer> RUNNING =
      List.of(
          RpcProcedure.EXECUTE_SQL,
          RpcProcedure.PREPARE,
          RpcProcedure.PREPARE_EXECUTE,
          RpcProcedure.PREPARE_EXECUTE_RPC,
          RpcProcedure.CURSOR_OPEN,
          RpcProcedure.CURSOR_PREPARE,
          RpcProcedure.CURSOR_PREPARE_EXECUTE);

  /** Spellings of a procedure; a server may read its name in each. */
  private static final List<String> SPELLINGS =
      List.of(
          "%s",
          "sys.%s",
          "DBO.%s",
          "[%s]",
          "\"%s\"",
          "[sys].[%s]",
          "\t%s",
          "%s\n",
          "%s\r",
          "%s\u000b",
          "%s\f",
          " %s",
          "%s ",
          "%s/**/",
          "/**/%s",
          "%s -- x\n",
          "%s --",
          "%s;1",
          "%s ;1",
          "sys . %s",
          "sys./**/%s",
          " ".repeat(70) + "%s",
          "%s" + " ".repeat(70),
          " ".repeat(2000) + "%s",
          "[%s ]",
          "[ %s]",
          "[%s",
          "%s]",
          "%s\u00a0",
          "\u3000%s",
          "%s\u200b",
          "[%s\u200b]",
          "[\ufeff%s]",
          "\ufeff%s",
          "%s\u0000",
          "%s\u0000x",
          "%s\ud800",
          "\udc00%s",
          "[\uff53ys].%s",
          "master.sys.%s",
          "master..%s",
          "app2.sys.%s",
          "app2..%s",
          "[app2].dbo.\"%s\"",
          "srv.app2.sys.%s",
          "[srv].app2..%s",
          "srv...%s",
          "a.b.c.d.%s",
          ".%s",
          "..%s",
          "%s.",
          "x.%s",
          "%s @p1 --",
          "x; exec %s ",
          "@r = %s",
          "('select 1') exec %s");

  private static List<String> spellings(String procedure) {
    List<String> spelled = new ArrayList<>();
    for (String form : SPELLINGS) {
      spelled.add(form.formatted(procedure));
      spelled.add(form.formatted(procedure.toUpperCase(Locale.ROOT)));
    }
    // Letters that a collation takes for the same ones.
    spelled.add(procedure.replace('s', '\uff53'));
    spelled.add('[' + procedure.replace('e', '\u00e9') + ']');
    spelled.add(procedure.replace('i', '\u0130'));
    spelled.add(procedure.replace('i', '\u0131'));
    spelled.add(procedure.replaceFirst("_", "_\u200d"));
    return spelled;
  }

  private static String[] texts(int procedure) {
    String[] texts = new String[RpcProcedure.statementAt(procedure) + 1];
    Arrays.fill(texts, "");
    texts[texts.length - 1] = READ;
    return texts;
  }

  @Nested
  class Rules extends CachedContract {
    Rules() {
      super(new SqlServerKit());
    }

    private SqlServerKitClient client(String rules, boolean catalogue) {
      KitSettings settings = KitSettings.of(ONE_CONNECTION);
      start(catalogue ? settings.withCatalogue(table.catalogue()) : settings, rules);
      return (SqlServerKitClient) client("ann");
    }

    private void rejectsAll(String rules, boolean catalogue, String before) {
      SqlServerKitClient ann = client(rules, catalogue);
      if (!before.isEmpty()) {
        ann.asks(before);
      }
      for (int procedure : RUNNING) {
        for (String name : spellings(RpcProcedure.name(procedure))) {
          ann.callByName(name, texts(procedure));
          String shown = name.replaceAll("[^ -~]", "?"); // reports of tests have no such characters
          assertThat(ann.told()).as(shown).hasSize(1).allMatch(KitContract::isError);
          assertThat(ann.lastError().text()).as(shown).contains("rejected by a rule");
        }
      }
      assertThat(servers().open())
          .allSatisfy(
              session ->
                  assertThat(session.received())
                      .noneMatch(text -> text.contains(READ) || text.contains("EXEC")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "BEGIN", "SET LANGUAGE german", "SET QUOTED_IDENTIFIER OFF"})
    void noNameHidesATextFromRules(String before) {
      rejectsAll(TEXT, true, before);
    }

    @Test
    void noNameHidesATextFromRulesWithoutACatalogue() {
      rejectsAll(TEXT, false, "");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "BEGIN", "SET QUOTED_IDENTIFIER OFF"})
    void noNameHidesATableFromRules(String before) {
      rejectsAll(TABLE, true, before);
    }

    @Test
    void noNameHidesATableFromRulesWithoutACatalogue() {
      rejectsAll(TABLE, false, "");
    }

    /**
     * Though the list does not guess: the tables of texts are those of the database in the path.
     */
    @Test
    void aTextIsOfTheDatabaseThatItsProcedureIsCalledIn() {
      SqlServerKitClient ann = client(OF_APP2, true);
      for (int procedure : RUNNING) {
        String name = RpcProcedure.name(procedure);
        for (String path :
            List.of("app2.sys.%s", "app2..%s", "[APP2].[dbo].[%s]", "srv.app2.sys.%s")) {
          ann.callByName(path.formatted(name), texts(procedure));
          assertThat(ann.told()).as(path + name).noneMatch(KitContract::isError);
        }
      }
      assertThat(servers().open())
          .allSatisfy(session -> assertThat(session.received()).doesNotContain(READ));
    }

    @Test
    void textsOfEachTypeCount() {
      SqlServerKitClient ann = client(TEXT, true);
      byte[] ascii = READ.getBytes(StandardCharsets.US_ASCII);

      ann.callByName("\tsp_executesql", out -> SqlServerKitClient.bytes(out, 0xA7, ascii));
      assertThat(ann.told()).hasSize(1);
      assertThat(ann.lastError().text()).contains("rejected by a rule");

      byte[] utf16 = READ.getBytes(StandardCharsets.UTF_16LE);
      ann.callByName("\tsp_executesql", out -> SqlServerKitClient.bytes(out, 0xA5, utf16));
      assertThat(ann.told()).hasSize(1);
      assertThat(ann.lastError().text()).contains("does not support a value that is no nvarchar");
      byte[] other = "select \u00e9".getBytes(StandardCharsets.ISO_8859_1);
      ann.callByName("\tsp_executesql", out -> SqlServerKitClient.bytes(out, 0xA7, other));
      assertThat(ann.told()).hasSize(1);
      assertThat(ann.lastError().text()).contains("does not support a value that is no nvarchar");
    }

    /** A server puts such a name into a statement of its own. */
    @ParameterizedTest
    @ValueSource(
        strings = {
          "@x = 1; select last from t --",
          "@stmt = N'select last from t' --",
          "@x/**/",
          "@x ",
          "@x\u00a0",
          "@[x]",
          "@x\u0000"
        })
    void aParameterIsNamedByAnIdentifier(String parameter) {
      SqlServerKitClient ann = client(TEXT, true);
      for (String procedure : List.of("sp_executesql", "dbo.p", "sp_prepexec", "sp_help")) {
        ann.callByName(procedure, out -> SqlServerKitClient.named(out, parameter, "select 1"));
        assertThat(ann.told()).as(procedure).hasSize(1).allMatch(KitContract::isError);
        assertThat(ann.lastError().text()).contains("name is no identifier");
      }
      answers(ann, "SELECT 1", "row 1", "idle");
    }

    @Test
    void parametersAreInTheOrderOfTheirProcedure() {
      SqlServerKitClient ann = client("", true);
      ann.callByName(
          "sp_executesql",
          out -> {
            SqlServerKitClient.named(out, "@params", "@a int");
            SqlServerKitClient.named(out, "@STMT", READ);
          });
      assertThat(ann.told()).hasSize(1);
      assertThat(ann.lastError().text()).contains("another order");
      ann.callByName(
          "sp_executesql",
          out -> {
            SqlServerKitClient.named(out, "@statement", "SELECT 1");
            SqlServerKitClient.named(out, "@params", "@statement nvarchar(9)");
            SqlServerKitClient.named(out, "@statement", "x");
          });
      assertThat(ann.told()).containsExactly("row 1", "idle");
    }

    /** Handles are the node's own: those of servers are others. */
    @ParameterizedTest
    @ValueSource(
        strings = {"\tsp_execute", "master..sp_execute", "sp_cursorfetch/**/", "x.sp_cursor"})
    void aHandleIsTakenByNoOtherName(String name) {
      SqlServerKitClient ann = client("", false);
      ann.callByName(name, READ);
      assertThat(ann.told()).hasSize(1);
      assertThat(ann.lastError().text()).contains("a handle in a call by such a name");
    }

    /** Values of parameters are no statement text: rules by text and logs do not see them. */
    @ParameterizedTest
    @ValueSource(strings = {"p", "dbo.p", "[my p]", "p;1", "app.dbo.p", "sp_setapprole", "sp_mine"})
    void valuesOfOtherProceduresAreNoTexts(String name) {
      SqlServerKitClient ann = client(TEXT, false);
      ann.callByName(name, READ);
      assertThat(ann.told()).noneMatch(KitContract::isError);
    }

    /** The results of all tables go: a text that the name hides may have written any. */
    @Test
    void aCallByNoPathMayWriteEachTable() {
      startCached();
      KitClient ann = client("ann");
      readsFromServer(ann, "none");
      for (String name : List.of("sp_executesql\n", "app2.sys.sp_executesql", "\tp", "")) {
        readsFromCache(ann, "none");
        SqlServerKitClient bob = (SqlServerKitClient) client("bob");
        bob.callByName(name, "insert into other values (1)");
        bob.told();
        bob.leave();
        readsFromServer(ann, "none");
      }
    }
  }
}
