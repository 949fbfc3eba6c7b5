package dev.heimdall.engine.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.tuple;

import dev.heimdall.engine.memory.BudgetedCache;
import dev.heimdall.engine.memory.MemoryBudget;
import dev.heimdall.engine.sql.Statement;
import dev.heimdall.engine.sql.TableName;
import dev.heimdall.model.TableText;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What users trip over, one by one. */
class RuleSemanticsTest {
  private static String tag(String parameters) {
    return "{\"action\": \"tag\", \"parameters\": {" + parameters + "}}";
  }

  private static String matches(RuleTrial trial, int times) {
    StringBuilder matches = new StringBuilder();
    IntStream.range(0, times).forEach(i -> matches.append(trial.matches("SELECT 1") ? 'x' : '.'));
    return matches.toString();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"sample\": 1               | xxxxxxxxxx",
        "\"sample\": 3               | x..x..x..x",
        "\"exclude\": 2              | x.x.x.x.x.",
        "\"exclude\": 5              | xxxx.xxxx.",
        "\"exclude\": 2, \"sample\": 2 | x...x...x.",
        "\"matchlimit\": 2, \"maxburst\": 2 | xxxx......",
        "\"matchlimit\": 1, \"maxburst\": 1 | x.........",
        "\"matchdelta\": 1000        | x.........",
        "\"matchdelta\": 1000, \"matchlimit\": 1000 | x.........",
        "\"sample\": 2, \"matchlimit\": 2, \"maxburst\": 1 | x.x......."
      })
  void limitsLetTheSameMatchesPassEachTime(String parameters, String expected) {
    assertThat(matches(RuleTrial.of(tag(parameters)), 10)).isEqualTo(expected);
  }

  @Test
  void aMatchLimitFillsUpAgainAsTimePasses() {
    RuleTrial trial = RuleTrial.of(tag("\"matchlimit\": 2, \"maxburst\": 2"));

    assertThat(matches(trial, 6)).isEqualTo("xxxx..");
    assertThat(matches(trial.later(RuleTrial.SECOND / 2), 3)).isEqualTo("x..");
    assertThat(matches(trial.later(RuleTrial.SECOND), 4)).isEqualTo("xx..");
    assertThat(matches(trial.later(100 * RuleTrial.SECOND), 6)).isEqualTo("xxxx..");
  }

  @Test
  void aMatchDeltaIsOverAfterItsTimeAndNotBefore() {
    RuleTrial trial = RuleTrial.of(tag("\"matchdelta\": 1000"));

    assertThat(matches(trial, 1)).isEqualTo("x");
    assertThat(matches(trial.later(RuleTrial.SECOND - 1), 1)).isEqualTo(".");
    assertThat(matches(trial.later(1), 2)).isEqualTo("x.");
  }

  @Test
  void ratiosCountAcrossEventLoops() {
    RuleTrial trial = RuleTrial.of(tag("\"sample\": 2"));
    LoopRules other =
        trial
            .book()
            .forLoop(new RuleMemory(new MemoryBudget(64L << 20, 1).ofLoop(BudgetedCache.RULES)));
    SessionRules there = other.session(trial.facts());

    assertThat(trial.matches("SELECT 1")).isTrue();
    assertThat(
            other
                .decide(there, RuleTrial.text("SELECT 1"), null, false, false, -1, trial.now())
                .isNone())
        .isTrue();
    assertThat(trial.matches("SELECT 1")).isTrue();
  }

  @Test
  void aRuleThatStayedTheSameGoesOnCountingAfterAReload() {
    String rule = tag("\"matchdelta\": 1000");
    RuleTrial before = RuleTrial.of(rule);
    assertThat(before.matches("SELECT 1")).isTrue();

    RuleTrial same =
        before.then(
            Map.of("main", "{\"rules\": [{\"action\": \"drop\", \"match\": \"x\"}," + rule + "]}"),
            "main");
    RuleTrial changed =
        before.then(Map.of("main", "{\"rules\": [" + tag("\"matchdelta\": 999") + "]}"), "main");

    assertThat(same.matches("SELECT 1")).isFalse();
    assertThat(changed.matches("SELECT 1")).isTrue();
  }

  @Test
  void rateLimitsLetTheBurstThroughAndThenMakeEachStatementWaitItsTurn() {
    RuleTrial trial = RuleTrial.of(tag("\"ratelimit\": 10, \"maxburst\": 1"));
    RateLimit limit = trial.decide("SELECT 1").rateLimits().get(0);

    for (int i = 0; i < 10; i++) {
      assertThat(limit.reserve(trial.now())).isZero();
    }
    assertThat(limit.reserve(trial.now())).isEqualTo(RuleTrial.SECOND / 10);
    assertThat(limit.reserve(trial.now())).isEqualTo(2 * RuleTrial.SECOND / 10);
    assertThat(limit.reserve(trial.now() + RuleTrial.SECOND)).isZero();
  }

  @Test
  void aRateThatSeveralRulesNameIsTakenOnceAndSharedByThem() {
    RuleTrial trial =
        RuleTrial.of(
            tag("\"ratelimit\": 1, \"maxburst\": 1, \"ratelimitname\": \"of ${user}\"")
                + ","
                + tag("\"ratelimit\": 1, \"maxburst\": 1, \"ratelimitname\": \"of alice\"")
                + ","
                + tag("\"ratelimit\": 5"));
    Decision alice = trial.decide("SELECT 1");

    assertThat(alice.rateLimits()).hasSize(2);
    assertThat(alice.rateLimits().get(0).reserve(trial.now())).isZero();
    assertThat(trial.decide("SELECT 2").rateLimits().get(0).reserve(trial.now())).isPositive();
    assertThat(trial.user("bob").decide("SELECT 1").rateLimits().get(0).reserve(trial.now()))
        .isZero();
  }

  @Test
  void placesAreTakenAndGivenBack() {
    RuleTrial trial = RuleTrial.of(tag("\"concurrency\": 2, \"concurrencyname\": \"reports\""));
    ConcurrencyLimit places = trial.decide("SELECT 1").concurrency().get(0);
    ConcurrencyLimit same = trial.user("bob").decide("SELECT 2").concurrency().get(0);

    assertThat(places.tryAcquire()).isTrue();
    assertThat(same.tryAcquire()).isTrue();
    assertThat(places.tryAcquire()).isFalse();
    same.release();
    assertThat(places.tryAcquire()).isTrue();
  }

  @Test
  void anAllowLetsPassWhatADropBeforeOrAfterItRefuses() {
    String drop = "{\"action\": \"drop\"}";
    String learn = "{\"action\": \"learn-pattern\", \"parameters\": {\"rule\": \"main\"}}";
    String allow = "{\"match\": \"(?i)^select\", \"action\": \"allow\"}";

    for (String rules :
        List.of(drop + "," + learn + "," + allow, allow + "," + learn + "," + drop)) {
      RuleTrial trial = RuleTrial.of(rules);

      assertThat(trial.effects("SELECT 1")).isEqualTo("allow");
      assertThat(trial.effects("DELETE FROM a")).isEqualTo("drop; learn-pattern: rule=main");
    }
  }

  @Test
  void theAllowThatMatchesMostMovesAheadAndNothingElseMoves() {
    RuleTrial trial =
        RuleTrial.of(
            "{\"match\": \"a|b\", \"action\": \"allow\", \"parameters\": {\"delay\": 1, \"stop\":"
                + " true}},{\"match\": \"b\", \"action\": \"allow\", \"parameters\": {\"delay\": 2,"
                + " \"stop\": true}},{\"match\": \"c\", \"action\": \"allow\", \"parameters\":"
                + " {\"delay\": 3, \"stop\": true}}");

    assertThat(trial.decide("b").delayMicros()).isEqualTo(1);
    assertThat(trial.decide("c").delayMicros()).isEqualTo(3);
    assertThat(trial.decide("c").delayMicros()).isEqualTo(3);
    assertThat(trial.explain("b").rows().stream().map(Explanation.Row::number))
        .containsExactly(3, 1, 2);
  }

  @Test
  void ignoringEndsWithTheListThatItIsIn() {
    RuleTrial trial =
        RuleTrial.ofLists(
            Map.of(
                "main",
                "{\"rules\": [{\"action\": \"call\", \"parameters\": {\"rule\": \"inner\"}},"
                    + "{\"action\": \"cache\", \"parameters\": {\"ttl\": 1}}]}",
                "inner",
                "{\"rules\": [{\"action\": \"ignore\", \"parameters\": {\"action\": \"cache\"}},"
                    + "{\"action\": \"cache\", \"parameters\": {\"ttl\": 2}},"
                    + "{\"action\": \"call\", \"parameters\": {\"rule\": \"innermost\"}}]}",
                "innermost",
                "{\"rules\": [{\"action\": \"cache\", \"parameters\": {\"ttl\": 3}},"
                    + "{\"action\": \"log\"}]}"),
            "main");

    assertThat(trial.effects("SELECT 1")).isEqualTo("cache: ttl=1; log");
  }

  @Test
  void ignoringLogRulesIgnoresTheParameterToo() {
    RuleTrial trial =
        RuleTrial.of(
            "{\"action\": \"ignore\", \"parameters\": {\"action\": \"log\"}},"
                + tag("\"log\": true")
                + ",{\"action\": \"log\"}");

    assertThat(trial.effects("SELECT 1")).isEqualTo("nothing");
  }

  @Test
  void aStopEndsOneListOfTheVirtualDatabaseAndNotTheNext() {
    RuleTrial trial =
        RuleTrial.ofLists(
            Map.of(
                "one",
                "{\"rules\": [" + tag("\"stop\": true") + ",{\"action\": \"drop\"}]}",
                "two",
                "{\"rules\": [{\"action\": \"log\"}]}"),
            "one",
            "two");

    assertThat(trial.effects("SELECT 1")).isEqualTo("log");
  }

  @Test
  void aListThatIsSwitchedOffDoesNothingButTheRuleThatCallsItHasMatched() {
    RuleTrial trial =
        RuleTrial.ofLists(
            Map.of(
                "main",
                "{\"rules\": [{\"action\": \"call\", \"parameters\": {\"rule\": \"off\", \"stop\":"
                    + " true}}, {\"action\": \"log\"}]}",
                "off",
                "{\"enabled\": false, \"rules\": [{\"action\": \"drop\"}]}"),
            "main");

    assertThat(trial.decide("SELECT 1").matched()).hasSize(1);
    assertThat(trial.effects("SELECT 1")).isEqualTo("nothing");
    assertThat(trial.explain("SELECT 1").rendered()).contains("the list is switched off");
  }

  @Test
  void nocacheIsFinalWhereverItStands() {
    String cache = "{\"action\": \"cache\", \"parameters\": {\"ttl\": 1}}";
    String tables =
        "{\"action\": \"table-cache\", \"parameters\": {\"ttl\": 1, \"table\": \"a.b\"}}";
    String nocache = "{\"action\": \"nocache\"}";
    for (String rules :
        List.of(cache + "," + tables + "," + nocache, nocache + "," + cache + "," + tables)) {
      Decision decision = RuleTrial.of(rules).reading("a.b").decide("SELECT 1");

      assertThat(decision.nocache()).isTrue();
      assertThat(decision.cache()).isEmpty();
      assertThat(decision.ttlMillis()).isEmpty();
    }
  }

  @Test
  void theShortestTimeOfTheTablesHoldsAndOnlyOfThoseThatAreThere() {
    RuleTrial trial =
        RuleTrial.of(
            "{\"action\": \"cache\", \"parameters\": {\"ttl\": 500}},{\"action\": \"table-cache\","
                + " \"parameters\": {\"ttl\": 100, \"table\": \"a.b\"}},{\"action\":"
                + " \"table-cache\", \"parameters\": {\"ttl\": 700, \"table\": \"${catalog}.c\"}}");

    assertThat(trial.reading("a.b", "shop.c").decide("SELECT 1").ttlMillis()).hasValue(100);
    assertThat(trial.reading("shop.c").decide("SELECT 1").ttlMillis()).hasValue(500);
    assertThat(trial.reading("x.y").decide("SELECT 1").ttlMillis()).hasValue(500);
    assertThat(trial.catalog("x").reading("shop.c").decide("SELECT 1").tableCacheMillis())
        .isEmpty();
  }

  @Test
  void whatIsNotUnderstoodNeverMatchesAListOfAllItsTables() {
    String only = "{\"match\": \"%s:shop.a\", \"action\": \"allow\"}";

    assertThat(RuleTrial.of(only.formatted("tablesonly")).reading("shop.a").matches("x")).isTrue();
    assertThat(RuleTrial.of(only.formatted("tablesonly")).obscurelyReading("shop.a").matches("x"))
        .isFalse();
    assertThat(
            RuleTrial.of(only.formatted("tablesexactly")).obscurelyReading("shop.a").matches("x"))
        .isFalse();
    assertThat(RuleTrial.of(only.formatted("tables")).obscurelyReading("shop.a").matches("x"))
        .isTrue();
  }

  /** What refuses matches what might have its tables; what lets pass does not. */
  @Test
  void aFirewallRefusesWhatIsNotUnderstood() {
    String list = "{%s\"rules\": [{\"match\": \"%s:shop.a\", \"action\": \"%s\"%s}]}";
    for (String tables : List.of("tables", "tablesall", "tablesonly", "tablesexactly")) {
      assertThat(obscure(list.formatted("", tables, "drop", ""))).as(tables).isTrue();
      assertThat(obscure(list.formatted("\"unknown\": \"pass\", ", tables, "drop", ""))).isFalse();
      assertThat(obscure(list.formatted("", tables, "log", ""))).isFalse();
      assertThat(obscure(list.formatted("\"unknown\": \"match\", ", tables, "log", ""))).isTrue();
      assertThat(obscure(list.formatted("\"unknown\": \"match\", ", tables, "allow", "")))
          .isFalse();
      String stop = ", \"parameters\": {\"stop\": true}";
      assertThat(obscure(list.formatted("\"unknown\": \"match\", ", tables, "tag", stop)))
          .isFalse();
      assertThat(obscure(list.formatted("", tables, "drop", stop))).isTrue();
    }
    assertThat(
            RuleTrial.of("{\"match\": \"tables:shop.a\", \"action\": \"drop\"}")
                .reading("shop.b")
                .matches("x"))
        .isFalse();
  }

  private static boolean obscure(String list) {
    return RuleTrial.ofLists(Map.of("main", list), "main").obscurelyReading("shop.b").matches("x");
  }

  @Test
  void aListThatIsCalledOnAGuessLetsNothingPass() {
    String call =
        "{\"rules\": [{\"match\": \"tables:shop.a\", \"action\": \"call\","
            + " \"parameters\": {\"rule\": \"called\"}}]}";
    String called = "{\"rules\": [{\"action\": \"allow\"}, {\"action\": \"drop\"}]}";
    RuleTrial trial = RuleTrial.ofLists(Map.of("main", call, "called", called), "main");

    assertThat(trial.obscurelyReading("shop.b").decide("x").dropped()).isTrue();
    assertThat(trial.explain("x").toString()).contains("only might have the tables");
    assertThat(trial.reading("shop.a").decide("x").dropped()).isFalse();
    assertThat(trial.reading("shop.b").decide("x").isNone()).isTrue();
  }

  @Test
  void whetherAStatementWasUnderstoodIsAnExpression() {
    RuleTrial not = RuleTrial.of("{\"match\": \"understood:false\", \"action\": \"drop\"}");
    RuleTrial yes = RuleTrial.of("{\"match\": \"understood:true\", \"action\": \"drop\"}");

    assertThat(not.obscurelyReading().matches("x")).isTrue();
    assertThat(not.reading("shop.a").matches("x")).isFalse();
    assertThat(yes.obscurelyReading().matches("x")).isFalse();
    assertThat(yes.reading().matches("x")).isTrue();
    assertThat(not.explain("x").toString()).contains("it is understood");
  }

  @Test
  void tablesThatAreWrittenCountAsTheStatementsTables() {
    RuleTrial trial = RuleTrial.of("{\"match\": \"tables:shop.public.a\", \"action\": \"drop\"}");

    assertThat(trial.writing("shop.a").matches("x")).isTrue();
    assertThat(trial.writing("shop.other.a").matches("x")).isFalse();
  }

  @Test
  void aTableThatNeedsQuotesIsItselfInEitherSpelling() {
    for (String written : List.of("\\\"Order Items\\\"", "`Order Items`")) {
      RuleTrial trial =
          RuleTrial.of("{\"match\": \"tables:shop." + written + "\", \"action\": \"drop\"}");

      assertThat(
              trial.reading(new TableName("shop", "public", "Order Items").spelled()).matches("x"))
          .isTrue();
      assertThat(
              trial.reading(new TableName("shop", "public", "order items").spelled()).matches("x"))
          .isFalse();
    }
    RuleTrial dotted = RuleTrial.of("{\"match\": \"tables:shop.`a.b`\", \"action\": \"drop\"}");
    assertThat(dotted.reading(new TableName("shop", "public", "a.b").spelled()).matches("x"))
        .isTrue();
    assertThat(dotted.reading(new TableName("shop", "a", "b").spelled()).matches("x")).isFalse();
  }

  @Test
  void aTableInADatabaseWhoseNameNeedsQuotesIsFoundByItsTemplate() {
    RuleTrial trial =
        RuleTrial.of("{\"match\": \"tables:${catalog}.t\", \"action\": \"drop\"}")
            .catalog("my shop");

    assertThat(trial.reading(new TableName("my shop", "public", "t").spelled()).matches("x"))
        .isTrue();
  }

  @Test
  void rulesAndStatementsSpellTablesAlike() {
    for (String part : List.of("t", "T", "a b", "a.b", "a,b", "a\"b", "\"a", "`a", "a\tb", "ä")) {
      String spelled = new TableName("shop", null, part).spelled();
      assertThat(TableText.usual(spelled)).isEqualTo(spelled);
      assertThat(spelled).isEqualTo("shop." + TableText.part(part));
    }
  }

  @Test
  void aNewStatementObjectForTheSameTextIsLookedAtAnew() {
    RuleTrial trial = RuleTrial.of("{\"match\": \"tables:shop.a\", \"action\": \"drop\"}");

    assertThat(trial.reading("shop.a").matches("SELECT * FROM v")).isTrue();
    assertThat(trial.reading("shop.b").matches("SELECT * FROM v")).isFalse();
  }

  @Test
  void namesThatAreReplacedAreThoseOfEachSession() {
    RuleTrial trial =
        RuleTrial.of(
            "{\"match\": \"users:${catalog}_.*\", \"action\": \"tag\", \"parameters\":"
                + " {\"evicttables\": \"${database}.${user}\", \"ratelimit\": 1, \"ratelimitname\":"
                + " \"${vdb} ${connid}\"}}");

    assertThat(trial.user("shop_1").effects("x"))
        .isEqualTo("ratelimit: 1 per second by shop 17; evicttables: shop.shop_1");
    assertThat(trial.user("shop_2").effects("x")).contains("shop.shop_2");
    assertThat(trial.catalog("a.c").user("abc_1").matches("x")).isFalse();
  }

  @Test
  void aTransformChangesEachMatchAndTakesSignsOfTheSessionAsTheyAre() {
    RuleTrial trial =
        RuleTrial.of(
            "{\"match\": \"<(\\\\w)(\\\\w)?>\", \"action\": \"transform\", \"parameters\":"
                + " {\"target\": \"[$1${2}|$0|${user}|\\\\$5]\"}}");

    assertThat(trial.user("a$1\\").decide("x <ab> ä <c>").transformed())
        .hasValue("x [ab|<ab>|a$1\\|$5] ä [c|<c>|a$1\\|$5]");
  }

  @Test
  void aTextTooLongForTheEventLoopIsDecidedWithoutBeingLetPass() {
    RuleTrial trial =
        RuleTrial.of("{\"match\": \"se[ck]ret|x{100}.*y{200}$\", \"action\": \"drop\"}");
    String harmless = "SELECT '" + "xsexret".repeat(100_000) + "'";
    String harmful = harmless + " FROM secret";
    SessionRules session = trial.loop().session(trial.facts());

    for (String sql : List.of(harmless, harmful)) {
      StatementText text = RuleTrial.text(sql);
      assertThat(trial.decide(sql)).isSameAs(Decision.DEFERRED);
      TextMatches matches = trial.book().match(text.copy());
      Decision decision =
          trial.loop().decide(session, matches, null, false, false, -1, trial.now());
      assertThat(decision.dropped()).isEqualTo(sql.equals(harmful));
    }
    assertThat(trial.explain(harmful).deferred()).isTrue();
    assertThat(trial.explain(harmful).decision().dropped()).isTrue();
  }

  @Test
  void aLongTextIsDecidedAtOnceWhereOnlyItsBeginningCounts() {
    RuleTrial trial =
        RuleTrial.of("{\"match\": \"(?i)^insert\", \"action\": \"log\"}, {\"action\": \"tag\"}");

    assertThat(trial.effects("INSERT " + "x".repeat(1_000_000))).isEqualTo("log");
    assertThat(trial.effects("UPDATE " + "x".repeat(1_000_000))).isEqualTo("nothing");
  }

  @Test
  void whatWasFoundElsewhereIsKept() {
    RuleTrial trial = RuleTrial.of("{\"match\": \"secret$\", \"action\": \"drop\"}");
    String sql = "x".repeat(1_000_000) + "secret";
    Decision first = trial.decide(sql);
    assertThat(first.isDeferred()).isTrue();
    assertThat(first.isNone()).isFalse();

    trial.loop().remember(RuleTrial.text(sql), trial.book().match(RuleTrial.text(sql)));

    assertThat(trial.decide(sql).dropped()).isTrue();
  }

  @Test
  void aStatementWithoutItsTablesIsRefusedWhereRulesNeedThem() {
    RuleTrial trial = RuleTrial.of("{\"match\": \"tables:shop.a\", \"action\": \"drop\"}");

    assertThat(trial.book().needsStatement()).isTrue();
    assertThatNullPointerException().isThrownBy(() -> trial.decide("SELECT * FROM a"));
  }

  @Test
  void manyDifferentTextsAndSessionsAreDecidedAsTheFirstOnes() {
    RuleTrial trial =
        RuleTrial.of(
            "{\"match\": \"/\\\\* ([0-9]+) \\\\*/\", \"action\": \"cache\", \"parameters\":"
                + " {\"capture\": true, \"ttl\": \"${1}\"}},"
                + "{\"match\": \"users:u[0-9]*7\", \"action\": \"log\"},"
                + "{\"match\": \"tables:${catalog}.t\", \"action\": \"drop\"}");
    for (int i = 0; i < 20_000; i++) {
      Statement statement =
          RuleTrial.statement(
              true, i % 3 == 0 ? List.of("c" + i % 5 + ".t") : List.of(), List.of());
      Decision decision =
          trial
              .user("u" + i)
              .catalog("c" + i % 10)
              .stating(statement)
              .decide("/* " + i % 9000 + " */ SELECT 1");

      assertThat(decision.ttlMillis()).hasValue(i % 9000);
      assertThat(decision.log().isPresent()).isEqualTo(i % 10 == 7);
      assertThat(decision.dropped()).isEqualTo(i % 3 == 0 && i % 10 < 5);
    }
  }

  @Test
  void explainingCountsNothing() {
    RuleTrial trial = RuleTrial.of(tag("\"sample\": 2"));

    assertThat(trial.explain("SELECT 1").rows().get(0).matched()).isTrue();
    assertThat(trial.explain("SELECT 1").rows().get(0).matched()).isTrue();
    assertThat(matches(trial, 3)).isEqualTo("x.x");
    assertThat(trial.explain("SELECT 1").rows().get(0).why())
        .isEqualTo("not now, because of sample=2");
  }

  @Test
  void aRuleThatIsPassedOverIsToldFromOneThatDoesNotMatch() {
    RuleTrial trial =
        RuleTrial.of(
            "{\"match\": \"a\", \"enabled\": false, \"action\": \"tag\"},{\"match\": \"b\","
                + " \"action\": \"tag\"},{\"match\": \"a\", \"action\": \"ignore\", \"parameters\":"
                + " {\"action\": \"log\"}},{\"match\": \"nothing\", \"action\":"
                + " \"log\"},{\"match\": \"a\", \"action\": \"tag\", \"parameters\": {\"stop\":"
                + " true}},{\"match\": \"a\", \"action\": \"tag\"}");

    assertThat(trial.explain("a").rows())
        .extracting(Explanation.Row::matched, Explanation.Row::tried)
        .containsExactly(
            tuple(false, false),
            tuple(false, true),
            tuple(true, true),
            tuple(false, false),
            tuple(true, true),
            tuple(false, false));
  }
}
