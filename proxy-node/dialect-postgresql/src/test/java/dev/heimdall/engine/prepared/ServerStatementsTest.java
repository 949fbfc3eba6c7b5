package dev.heimdall.engine.prepared;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.dialect.postgres.prepared.StatementNames;
import dev.heimdall.engine.memory.MemoryBudget;
import dev.heimdall.engine.prepared.PreparedStatement.Origin;
import java.lang.ref.WeakReference;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class ServerStatementsTest {
  private long group = 1;
  private final ServerStatements statements =
      new ServerStatements(StatementRoom.alone(3), () -> group);
  private final StatementRegistry registry =
      new StatementRegistry(StatementNames.ofLoop(0), new MemoryBudget(64L << 20, 1));
  private final List<StatementShape> described = new ArrayList<>();
  private final List<String> undone = new ArrayList<>();

  private PreparedStatement named(String text) {
    byte[] body = (text + "\0\0\0").getBytes(StandardCharsets.UTF_8);
    return registry.acquire(body, body.length, Origin.NAMED, null, "shop", 0);
  }

  private void parse(PreparedStatement statement) {
    statements.parsing(statement, () -> undone.add("parse"));
  }

  private void describe() {
    statements.describing(described::add, () -> undone.add("describe"));
  }

  private static StatementShape shape(int... types) {
    return new StatementShape(types, 1, 2);
  }

  @Test
  void aStatementIsThereFromItsParseAndConfirmedByTheAnswer() {
    PreparedStatement statement = named("SELECT 1");
    assertThat(statements.standing(statement)).isEqualTo(Standing.ABSENT);

    parse(statement);
    assertThat(statements.standing(statement)).isEqualTo(Standing.HERE);
    assertThat(statements.confirmed(statement)).isFalse();

    statements.parsed();
    assertThat(statements.confirmed(statement)).isTrue();
  }

  @Test
  void aDescriptionGoesToWhoAskedForIt() {
    PreparedStatement first = named("SELECT 1");
    PreparedStatement second = named("SELECT 2");
    parse(first);
    describe();
    parse(second);
    describe();

    statements.parsed();
    statements.described(shape(23));
    assertThat(described).containsExactly(shape(23));
    assertThat(statements.confirmed(second)).isFalse();

    statements.parsed();
    statements.described(StatementShape.withoutColumns(new int[0]));
    assertThat(described.get(1)).isEqualTo(StatementShape.withoutColumns(new int[0]));
    assertThat(statements.confirmed(second)).isTrue();
  }

  @Test
  void aDescriptionThatCannotBeReadIsAsGoodAsRefused() {
    describe();
    statements.described(null);

    assertThat(described).isEmpty();
    assertThat(undone).containsExactly("describe");
  }

  @Test
  void whatAnErrorSkippedIsUndoneLastFirst() {
    PreparedStatement statement = named("SELECT 1");
    statements.unnamed(this, 1);
    parse(statement);
    describe();

    statements.refused(2);

    assertThat(undone).containsExactly("describe", "parse");
    assertThat(statements.standing(statement)).isEqualTo(Standing.ABSENT);
    assertThat(statements.hasUnnamed(this, 1)).as("no unnamed statement was refused").isTrue();
  }

  @Test
  void whatIsAskedAboutIsNotHereUntilItFits() {
    PreparedStatement statement = named("SELECT 1");
    parse(statement);
    statements.asked(statement);
    assertThat(statements.standing(statement)).isEqualTo(Standing.ASKED);

    statements.fits(statement);
    assertThat(statements.standing(statement)).isEqualTo(Standing.HERE);
  }

  @Test
  void aMisfitAnswersForNoOtherParse() {
    PreparedStatement statement = named("SELECT 1");
    parse(statement);
    statements.parsed();

    statements.misfit(statement, 7);

    assertThat(statements.standing(statement)).isEqualTo(Standing.MISFIT);
    assertThat(statements.misfitSince(statement)).isEqualTo(7);
    assertThat(statements.confirmed(statement)).isFalse();

    parse(statement);
    assertThat(statements.standing(statement)).isEqualTo(Standing.HERE);
  }

  @Test
  void whatWasForgottenMeanwhileCanBeJudged() {
    PreparedStatement statement = named("SELECT 1");

    statements.fits(statement);
    statements.misfit(statement, 1);

    assertThat(statements.standing(statement)).isEqualTo(Standing.ABSENT);
  }

  @Test
  void theLeastRecentlyUsedMakesRoom() {
    PreparedStatement oldest = named("SELECT 1");
    PreparedStatement used = named("SELECT 2");
    PreparedStatement next = named("SELECT 4");
    statements.preparing(oldest);
    statements.preparing(used);
    assertThat(statements.victimOf(next)).as("there is room").isNull();
    statements.preparing(named("SELECT 3"));
    assertThat(statements.knows(oldest)).isTrue();

    assertThat(statements.victimOf(next)).isSameAs(used.name());
    assertThat(statements.victimOf(used)).as("it is there already").isNull();
    assertThat(statements.count()).isEqualTo(3);
  }

  @Test
  void longTextsMakeRoomBeforeThereAreTooMany() {
    String third = "x".repeat((int) StatementBounds.of(3).bytes() / 3);
    PreparedStatement oldest = named("SELECT 1 --" + third);
    PreparedStatement used = named("SELECT 2 --" + third);
    PreparedStatement next = named("SELECT 3 --" + third);
    parse(oldest);
    statements.parsed();
    parse(used);
    statements.parsed();
    assertThat(statements.victimOf(named("SELECT 4"))).as("a short one has room").isNull();
    assertThat(statements.knows(oldest)).isTrue();
    assertThat(statements.victimOf(next)).isSameAs(used.name());
    statements.closing(used.name());
    assertThat(statements.victimOf(next)).isNull();
    statements.closed();
    parse(next);
    statements.refused(1);
    assertThat(statements.victimOf(next)).as("what was refused takes no room").isNull();

    PreparedStatement huge = named("SELECT 5 --" + third.repeat(4));
    assertThat(statements.victimOf(huge)).isSameAs(oldest.name());
    statements.forgetAll();
    assertThat(statements.victimOf(huge)).as("alone it may be as long as it is").isNull();
  }

  @Test
  void whatNoClientHoldsGoesFirstWhereTheNodeHasItsShareOfTheServer() {
    HeldStatements server = new HeldStatements();
    StatementRoom room = new StatementRoom(new StatementBounds(100, 1000, 50), server);
    ServerStatements here = new ServerStatements(room, () -> group);
    ServerStatements elsewhere = new ServerStatements(room, () -> group);
    PreparedStatement held = named("SELECT 1");
    PreparedStatement released = named("SELECT 2");
    here.preparing(held);
    here.preparing(released);
    elsewhere.preparing(held);
    elsewhere.preparing(named("SELECT 3"));
    assertThat(here.serverFull()).as("no limit is known").isFalse();
    registry.release(released);

    server.limit(8);
    assertThat(here.serverFull()).isTrue();
    assertThat(here.unheld()).isSameAs(released.name());
    assertThat(elsewhere.unheld()).isNull();
    assertThat(elsewhere.eldest()).isSameAs(held.name());

    here.closing(released.name());
    assertThat(server.count()).isEqualTo(3);
    assertThat(here.serverFull()).isFalse();
    assertThat(here.serverNearlyFull()).as("room is made for one more").isFalse();

    elsewhere.ended();
    elsewhere.preparing(held);
    assertThat(server.count()).as("a connection that ended holds nothing").isEqualTo(1);
    assertThat(here.bytes()).isEqualTo(held.body().length);
  }

  @Test
  @Timeout(60)
  void neitherTextsNorClientsAreKeptThatOnlyAServerRemembers() {
    WeakReference<PreparedStatement> text = parsedAndReleased();
    WeakReference<Object> client = parsedForClient();
    while (text.get() != null || client.get() != null) {
      System.gc();
      Thread.onSpinWait();
    }
    assertThat(statements.count()).isEqualTo(2);
  }

  private WeakReference<PreparedStatement> parsedAndReleased() {
    PreparedStatement statement = named("SELECT 1 --" + "x".repeat(100_000));
    parse(statement);
    statements.parsed();
    registry.release(statement);
    return new WeakReference<>(statement);
  }

  private WeakReference<Object> parsedForClient() {
    PreparedStatement statement = named("SELECT 2");
    Object client = new byte[1];
    parse(statement);
    statements.parsedFor(statement, client);
    statements.parsed();
    return new WeakReference<>(client);
  }

  @Test
  void aServerThatKeepsNoneHasNothingToClose() {
    assertThat(
            new ServerStatements(StatementRoom.alone(0), () -> group).victimOf(named("SELECT 1")))
        .isNull();
  }

  @Test
  void aCloseThatWasSkippedLeavesWhatWasThere() {
    PreparedStatement victim = named("SELECT 1");
    parse(victim);
    statements.parsed();

    statements.closing(victim.name());
    assertThat(statements.knows(victim)).isFalse();
    assertThat(statements.mayKnow(victim)).as("until the server has answered").isTrue();

    statements.refused(1);
    assertThat(statements.confirmed(victim)).isTrue();
  }

  @Test
  void aCloseThatWasAnsweredIsFinal() {
    PreparedStatement victim = named("SELECT 1");
    parse(victim);
    statements.parsed();
    statements.closing(victim.name());

    statements.closed();

    assertThat(statements.mayKnow(victim)).isFalse();
  }

  @Test
  void whatWasClosedAndParsedAnewIsTheOldOneWhenBothAreSkipped() {
    PreparedStatement statement = named("SELECT 1");
    parse(statement);
    statements.parsed();
    statements.closing(statement.name());
    parse(statement);
    assertThat(statements.confirmed(statement)).isFalse();

    statements.refused(2);

    assertThat(statements.confirmed(statement)).isTrue();
  }

  @Test
  void whatMayBeThereMayBeThereStillWhenItsCloseWasSkipped() {
    PreparedStatement statement = named("SELECT 1");
    parse(statement);
    statements.parsed();
    statements.doubt(statement);
    statements.closing(statement.name());
    parse(statement);

    statements.refused(2);

    assertThat(statements.knows(statement)).isFalse();
    assertThat(statements.mayKnow(statement)).as("it is to be closed").isTrue();
  }

  @Test
  void whatIsParsedInALaterGroupOutlivesASkippedClose() {
    PreparedStatement statement = named("SELECT 1");
    parse(statement);
    statements.parsed();
    statements.closing(statement.name());
    group++;
    statements.closing(statement.name());
    parse(statement);

    statements.refused(1);
    assertThat(statements.knows(statement)).isTrue();
    assertThat(statements.confirmed(statement)).isFalse();

    statements.closed();
    statements.parsed();
    assertThat(statements.confirmed(statement)).isTrue();
  }

  @Test
  void whatIsRefusedInALaterGroupIsWhatASkippedCloseLeft() {
    PreparedStatement statement = named("SELECT 1");
    parse(statement);
    statements.parsed();
    statements.closing(statement.name());
    group++;
    statements.closing(statement.name());
    parse(statement);

    statements.refused(1);
    statements.refused(2);

    assertThat(statements.confirmed(statement)).isTrue();
  }

  @Test
  void whatASkippedCloseLeftIsClosedByTheNext() {
    PreparedStatement statement = named("SELECT 1");
    parse(statement);
    statements.parsed();
    statements.closing(statement.name());
    parse(statement);
    group++;
    statements.closing(statement.name());

    statements.refused(2);
    assertThat(statements.knows(statement)).isFalse();
    assertThat(statements.mayKnow(statement)).isTrue();

    statements.refused(1);
    assertThat(statements.confirmed(statement)).isTrue();
  }

  @Test
  void aParseThatWasUndoneIsNotBroughtBackByItsClose() {
    PreparedStatement statement = named("SELECT 1");
    parse(statement);
    statements.closing(statement.name());

    statements.refused(2);

    assertThat(statements.knows(statement)).isFalse();
  }

  @Test
  void aSkippedCloseBringsNothingBackAfterEverythingWasForgotten() {
    PreparedStatement statement = named("SELECT 1");
    parse(statement);
    statements.parsed();
    statements.closing(statement.name());
    statements.forgetAll();

    statements.refused(1);

    assertThat(statements.knows(statement)).isFalse();
  }

  @Test
  void aCloseOfNoClientsStatementUndoesNothing() {
    statements.unnamed(this, 1);
    statements.closing(null);

    statements.refused(1);

    assertThat(statements.hasUnnamed(this, 1)).isTrue();
  }

  @Test
  void aServerMayNumberItsStatements() {
    PreparedStatement first = named("SELECT 1");
    PreparedStatement second = named("SELECT 2");
    parse(first);
    parse(second);

    statements.parsed(17);
    assertThat(statements.handle(first.name())).isEqualTo(17);
    assertThat(statements.confirmed(second)).isFalse();
    statements.parsed(18);
    assertThat(statements.handle(second.name())).isEqualTo(18);

    statements.forgetAll();
    parse(first);
    statements.parsed(19);
    assertThat(statements.handle(first.name())).isEqualTo(19);
  }

  @Test
  void aShapeHoldsForTheEpochThatItWasFoundIn() {
    PreparedStatement statement = named("SELECT 1");
    assertThat(statement.mayHaveChanged(5)).as("nobody was told any").isFalse();

    statement.shape(StatementShape.withoutColumns(new int[0]), 4);

    assertThat(statement.mayHaveChanged(4)).isFalse();
    assertThat(statement.mayHaveChanged(5)).isTrue();
    assertThat(statement.parsedBefore(0)).isFalse();
    assertThat(statement.parsedBefore(1)).isTrue();
  }

  @Test
  void aParseOfAnotherGroupIsReliedUponWhenItWasAnswered() {
    PreparedStatement statement = named("SELECT 1");
    parse(statement);
    assertThat(statements.certain(statement, "bob")).as("in the same group").isTrue();

    group++;
    assertThat(statements.certain(statement, "bob")).isFalse();

    statements.parsed();
    assertThat(statements.certain(statement, "bob")).isTrue();
  }

  @Test
  void aClientsOwnParseFailsTheClientsOwnBatchesOnly() {
    PreparedStatement statement = named("SELECT 1");
    parse(statement);
    statements.parsedFor(statement, "ann");
    group++;

    assertThat(statements.certain(statement, "ann")).isTrue();
    assertThat(statements.certain(statement, "bob")).isFalse();
  }

  @Test
  void aRefusedParseDoesNotUndoALaterOneOfTheSameStatement() {
    PreparedStatement statement = named("SELECT 1");
    parse(statement);
    group++;
    parse(statement);

    statements.refused(1);
    assertThat(statements.knows(statement)).isTrue();
    assertThat(statements.confirmed(statement)).isFalse();

    statements.parsed();
    assertThat(statements.confirmed(statement)).isTrue();
  }

  @Test
  void anAnsweredParseDoesNotConfirmALaterOneOfTheSameStatement() {
    PreparedStatement statement = named("SELECT 1");
    parse(statement);
    group++;
    parse(statement);

    statements.parsed();
    assertThat(statements.confirmed(statement)).isFalse();

    statements.refused(1);
    assertThat(statements.knows(statement)).isFalse();
  }

  @Test
  void anAnswerAfterEverythingWasForgottenConfirmsNothing() {
    PreparedStatement statement = named("SELECT 1");
    parse(statement);
    statements.forgetAll();

    statements.parsed();

    assertThat(statements.knows(statement)).isFalse();
  }

  private PreparedStatement given(String name, String text) {
    byte[] body = (text + "\0\0\0").getBytes(StandardCharsets.UTF_8);
    return registry.acquireAlone(
        name.getBytes(StandardCharsets.UTF_8), body, Origin.NAMED, null, "shop", 0);
  }

  @Test
  void whatHasTheNameThatAClientGivesIsKnownUntilItsClosingIsAnswered() {
    PreparedStatement before = given("s", "SELECT 1");
    PreparedStatement after = given("s", "SELECT 2");
    assertThat(statements.namesakesOf(after)).isEmpty();
    parse(before);
    parse(given("other", "SELECT 1"));
    parse(named("SELECT 1"));
    statements.parsed();
    statements.parsed();
    statements.parsed();
    assertThat(statements.namesakesOf(after)).containsExactly(before.name());
    assertThat(statements.namesakesOf(before)).isEmpty();

    statements.closing(before.name());
    assertThat(statements.namesakesOf(after)).containsExactly(before.name());
    statements.closed();
    assertThat(statements.namesakesOf(after)).isEmpty();
  }

  @Test
  void whatAClientHasNamedMakesNoRoomForOthers() {
    PreparedStatement own = given("s", "SELECT 1");
    parse(own);
    PreparedStatement eldest = named("SELECT 2");
    parse(eldest);
    parse(given("t", "SELECT 3"));
    assertThat(statements.victimOf(named("SELECT 4"))).isEqualTo(eldest.name());
    statements.closing(eldest.name());
    parse(given("u", "SELECT 5"));
    assertThat(statements.victimOf(named("SELECT 4"))).isNull();
  }
}
