package dev.heimdall.test.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static dev.heimdall.test.architecture.Product.CLASSES;
import static dev.heimdall.test.architecture.Product.ENGINE;
import static dev.heimdall.test.architecture.Product.holds;
import static dev.heimdall.test.architecture.Product.room;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which room may know which. Rules for rooms that are still to be built come with the rooms. */
class RoomsTest {
  @Test
  void theRulesSeeTheWholeProduct() {
    assertThat(CLASSES.stream().map(JavaClass::getPackageName))
        .contains(
            "dev.heimdall.model",
            "dev.heimdall.routing",
            "dev.heimdall.secrets",
            ENGINE + ".boot",
            ENGINE + ".session",
            ENGINE + ".wire.postgres",
            "dev.heimdall.manager.web",
            "dev.heimdall.launcher.postgres");
  }

  @Test
  void roomsOfTheEngineFormNoCycle() {
    holds(slices().matching(ENGINE + ".(**)").should().beFreeOfCycles());
  }

  @Test
  void roomsOfTheLauncherFormNoCycle() {
    holds(slices().matching("dev.heimdall.launcher.(*)..").should().beFreeOfCycles());
  }

  @Test
  void roomsOfTheManagerFormNoCycle() {
    holds(slices().matching("dev.heimdall.manager.(*)..").should().beFreeOfCycles());
  }

  @Test
  void roomsOfTheDeploymentFormNoCycle() {
    slices()
        .matching("dev.heimdall.cdk.(**)")
        .should()
        .beFreeOfCycles()
        .check(Product.deployment());
  }

  @Test
  void theManagerAndTheEngineKnowNothingOfEachOther() {
    holds(
        noClasses()
            .that()
            .resideInAPackage("dev.heimdall.manager..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(ENGINE + "..", "dev.heimdall.launcher.."));
    holds(
        noClasses()
            .that()
            .resideInAPackage(ENGINE + "..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("dev.heimdall.manager.."));
  }

  @Test
  void onlyTheWebServerOfTheManagerKnowsItsLibrary() {
    holds(
        noClasses()
            .that()
            .resideInAPackage("dev.heimdall.manager..")
            .and()
            .resideOutsideOfPackage("dev.heimdall.manager.web..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.eclipse.jetty..", "io.netty..", "com.sun.net.httpserver.."));
  }

  @Test
  void theModelKnowsNothingOfTheOthers() {
    holds(
        noClasses()
            .that()
            .resideInAPackage("dev.heimdall.model..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                ENGINE + "..", "dev.heimdall.launcher..", "dev.heimdall.manager..", "io.netty.."));
  }

  @Test
  void theEngineKnowsNothingOfTheLauncher() {
    holds(
        noClasses()
            .that()
            .resideInAPackage(ENGINE + "..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("dev.heimdall.launcher.."));
  }

  @Test
  void nobodyButItselfAndTheLauncherKnowsBoot() {
    holds(
        classes()
            .that()
            .resideInAPackage(room("boot"))
            .should()
            .onlyHaveDependentClassesThat()
            .resideInAnyPackage(room("boot"), "dev.heimdall.launcher.."));
  }

  @Test
  void sqlStandsOnTheJdkAlone() {
    holds(
        classes()
            .that()
            .resideInAPackage(room("sql"))
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage("java..", room("sql")));
  }

  @Test
  void whatADialectsStatementsDoIsToldByTheirTextAlone() {
    holds(
        classes()
            .that()
            .resideInAPackage(ENGINE + ".dialect.*.sql..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage("java..", ENGINE + ".dialect.*.sql..", room("parse"), room("sql")));
  }

  @Test
  void statementsAreReadWithNothingButTheJdk() {
    holds(
        classes()
            .that()
            .resideInAPackage(room("parse"))
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage("java..", room("parse"), room("sql")));
  }

  @Test
  void rulesDecideWithoutKnowingWhoCarriesItOut() {
    holds(
        classes()
            .that()
            .resideInAPackage(room("rules"))
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                "java..",
                "com.google.re2j..",
                "dev.heimdall.model..",
                room("memory"),
                room("sql"),
                room("rules")));
  }

  @Test
  void dialectsKnowNeitherEachOtherNorWhoUsesThem() {
    holds(slices().matching(ENGINE + ".wire.(*)..").should().notDependOnEachOther());
    holds(
        noClasses()
            .that()
            .resideInAPackage(room("wire"))
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                room("session"),
                room("client"),
                room("console"),
                room("listen"),
                room("backend"),
                room("pool"),
                room("dialect"),
                room("admin"),
                room("boot")));
  }

  /** The list of exceptions gets shorter, never longer. */
  @Test
  void onlyDialectsKnowTheBytesOfProtocols() {
    holds(
        noClasses()
            .that()
            .resideInAPackage(ENGINE + "..")
            .and()
            .resideOutsideOfPackages(
                room("dialect.postgres"), room("wire.postgres"), room("listen"))
            .should()
            .dependOnClassesThat()
            .resideInAPackage(room("wire.postgres")));
    holds(
        noClasses()
            .that()
            .resideInAPackage(ENGINE + "..")
            .and()
            .resideOutsideOfPackages(room("dialect.mysql"), room("wire.mysql"))
            .should()
            .dependOnClassesThat()
            .resideInAPackage(room("wire.mysql")));
  }

  /** What two of them need is neutral. */
  @Test
  void dialectsNeverImportOneAnother() {
    holds(slices().matching(ENGINE + ".dialect.(*)..").should().notDependOnEachOther());
  }

  @Test
  void theJournalKnowsNeitherClientsNorConnectionsNorProtocols() {
    holds(
        classes()
            .that()
            .resideInAPackage(ENGINE + ".journal")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                "java..",
                "io.netty.buffer..",
                "dev.heimdall.model..",
                ENGINE + ".journal",
                ENGINE + ".wire",
                room("net"),
                room("observe"),
                room("prepared"),
                room("reply"),
                room("sql")));
  }

  @Test
  void serverConnectionsAndPoolsKnowNoSession() {
    holds(
        noClasses()
            .that()
            .resideInAnyPackage(room("backend"), room("pool"), room("net"), room("observe"))
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                room("session"), room("client"), room("console"), room("listen"), room("admin")));
    holds(
        noClasses()
            .that()
            .resideInAPackage(room("backend"))
            .should()
            .dependOnClassesThat()
            .resideInAPackage(room("pool")));
  }

  @Test
  void preparedStatementsAreNamesAndContents() {
    holds(
        classes()
            .that()
            .resideInAPackage(room("prepared"))
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                "java..",
                "io.netty.buffer..",
                room("memory"),
                room("prepared"),
                room("sql"),
                ENGINE + ".wire"));
  }

  @Test
  void thePathOfAStatementKnowsNoJson() {
    holds(
        noClasses()
            .that()
            .resideInAnyPackage(
                room("wire"),
                room("sql"),
                room("pool"),
                room("session"),
                room("vdb"),
                room("client"),
                room("console"),
                room("listen"),
                room("backend"),
                room("net"))
            .should()
            .dependOnClassesThat()
            .resideInAPackage("com.fasterxml.."));
  }

  @Test
  void operatorsCommandsKnowNoBytes() {
    holds(
        noClasses()
            .that()
            .resideInAPackage(room("admin"))
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(ENGINE + ".wire.*..", room("dialect"), room("session")));
  }

  @Test
  void jdbcStaysOutOfTheDataPlane() {
    holds(
        noClasses()
            .that()
            .resideInAnyPackage(ENGINE + "..", "dev.heimdall.model..")
            .and()
            .resideOutsideOfPackages(
                room("jdbc"),
                room("catalog"),
                room("action"),
                room("cluster"),
                room("dialect.*.catalog"),
                room("dialect.*.cluster"),
                room("dialect.*.changes"),
                room("dialect.*.jdbc"),
                room("dialect.*.foreign"),
                room("dialect.*.action"),
                room("changes"),
                room("foreign"),
                room("users"))
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                "java.sql..", "javax.sql..", "org.postgresql..", "com.mysql..", "com.zaxxer.."));
  }

  @Test
  void whatIsForwardedToOtherEnginesKnowsNoSession() {
    holds(
        classes()
            .that()
            .resideInAPackage(room("foreign"))
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                "java..",
                "org.slf4j..",
                "io.netty.buffer..",
                "com.zaxxer.hikari..",
                "dev.heimdall.model..",
                "dev.heimdall.routing.threads..",
                "dev.heimdall.secrets.credentials..",
                room("foreign"),
                room("jdbc"),
                room("sql"),
                ENGINE + ".wire"));
  }

  @Test
  void listeningKnowsItsClientsByItsOwnInterfaceOnly() {
    holds(
        classes()
            .that()
            .resideInAPackage(room("listen"))
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                "java..",
                "org.slf4j..",
                "io.netty..",
                "dev.heimdall.model..",
                room("listen"),
                room("backend"),
                room("net"),
                room("pool"),
                room("sql"),
                ENGINE + ".wire"));
  }

  @Test
  void logInsKnowNeitherStatementsNorBytes() {
    holds(
        classes()
            .that()
            .resideInAPackage(room("client"))
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                "java..",
                "javax.net.ssl..",
                "org.slf4j..",
                "io.netty..",
                "dev.heimdall.directory..",
                "dev.heimdall.model..",
                room("client"),
                room("auth"),
                room("backend"),
                room("fleet"),
                room("handover"),
                "dev.heimdall.routing.bounded..",
                room("net"),
                room("observe"),
                room("pool"),
                ENGINE + ".wire"));
  }

  /** All but the dialect are to leave this list. */
  @Test
  void bytesOfAProtocolBelongToItsDialect() {
    holds(
        classes()
            .that()
            .resideInAPackage(room("wire.postgres"))
            .should()
            .onlyHaveDependentClassesThat()
            .resideInAnyPackage(
                room("wire.postgres"), room("dialect.postgres"), room("listen"), room("prepared")));
  }

  /** The page that a newcomer reads first stays one page. */
  @Test
  void thePathOfAStatementIsOnePage() throws IOException {
    Path source =
        Path.of("../proxy-node/engine/src/main/java/dev/heimdall/engine/pipeline/QueryPath.java");

    assertThat(Files.readAllLines(source)).hasSizeLessThanOrEqualTo(150);
  }

  @Test
  void dialectsAreFoundAndNeverNamed() {
    holds(
        classes()
            .that()
            .resideInAPackage(ENGINE + ".dialect.*..")
            .should()
            .onlyHaveDependentClassesThat()
            .resideInAPackage(ENGINE + ".dialect.*.."));
    holds(
        classes()
            .that()
            .resideInAPackage(ENGINE + ".dialect")
            .should()
            .onlyHaveDependentClassesThat()
            .resideInAnyPackage(room("dialect"), room("boot"), "dev.heimdall.launcher.."));
  }

  @Test
  void theConsoleKnowsLogInsAndNeitherSessionsNorBytes() {
    holds(
        classes()
            .that()
            .resideInAPackage(room("console"))
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                "java..",
                "javax.net.ssl..",
                "io.netty..",
                room("console"),
                room("client"),
                room("net"),
                ENGINE + ".wire",
                "dev.heimdall.model"));
  }

  @Test
  void sessionsAndTheirPartsKnowNoProtocol() {
    holds(
        noClasses()
            .that()
            .resideInAnyPackage(room("session"), room("vdb"))
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                room("wire.postgres"),
                room("wire.mysql"),
                room("wire.sqlserver"),
                room("dialect")));
  }

  /** What an engine brings into its databases, and how it looks names up, is its dialect's. */
  @Test
  void theCatalogueIsOfNoEngine() throws IOException {
    Path room = Path.of("../proxy-node/engine/src/main/java/dev/heimdall/engine/catalog");
    try (Stream<Path> files = Files.list(room)) {
      assertThat(files)
          .isNotEmpty()
          .allSatisfy(
              file ->
                  assertThat(file)
                      .content()
                      .doesNotContain("pg_", "plpgsql", "PostgreSQL", "information_schema"));
    }
  }

  /** What a setting means to its session is its dialect's to say. */
  @ParameterizedTest
  @ValueSource(strings = {"backend", "journal", "pool", "prepared", "reply", "session", "vdb"})
  void theseRoomsNameNoSettingOfOneEngine(String name) throws IOException {
    Path room = Path.of("../proxy-node/engine/src/main/java/dev/heimdall/engine").resolve(name);
    try (Stream<Path> files = Files.walk(room)) {
      assertThat(files.filter(Files::isRegularFile))
          .isNotEmpty()
          .allSatisfy(
              file ->
                  assertThat(file)
                      .content()
                      .doesNotContain(
                          "search_path",
                          "client_encoding",
                          "session_authorization",
                          "temp_buffers",
                          "pg_temp"));
    }
  }

  /** Kinds and effects of statements are what all dialects have. */
  @Test
  void whatAllStatementsHaveIsOfNoEngine() {
    Path room = Path.of("../proxy-node/engine/src/main/java/dev/heimdall/engine/sql");
    assertThat(
            List.of(
                "StatementKind",
                "Effect",
                "EffectList",
                "PinReason",
                "SettingRules",
                "StatementClassifier",
                "StatementFacts"))
        .allSatisfy(
            name ->
                assertThat(room.resolve(name + ".java"))
                    .content()
                    .doesNotContain("pg_", "DISCARD", "COPY", "NOTIFY", "advisory", "Postgres"));
  }

  /** So that each part can be understood, and tested, without the others. */
  @Test
  void noPackageHasALargeCycleOfClasses() {
    assertThat(ClassCycles.largerThan(10, CLASSES, "dev.heimdall")).isEmpty();
    assertThat(ClassCycles.largerThan(10, Product.deployment(), "dev.heimdall")).isEmpty();
  }

  /** Each part gets values, other parts, and the context that all parts see. */
  @Test
  void noPartOfASessionKnowsTheWholeOfIt() {
    holds(
        noClasses()
            .that()
            .resideInAPackage(room("session"))
            .and()
            .haveNameNotMatching(".*\\.(ClientSession|SessionParts)")
            .should()
            .dependOnClassesThat()
            .haveNameMatching(".*\\.session\\.(ClientSession|SessionParts)"));
  }

  @Test
  void whatASessionIsKnowsNoneOfItsParts() {
    holds(
        noClasses()
            .that()
            .resideInAPackage(room("session.state"))
            .should()
            .dependOnClassesThat(
                JavaClass.Predicates.resideInAPackage(room("session"))
                    .and(JavaClass.Predicates.resideOutsideOfPackage(room("session.state")))));
  }

  @Test
  void theCatalogueKnowsNeitherSessionsNorTheWire() {
    holds(
        noClasses()
            .that()
            .resideInAPackage(room("catalog"))
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                room("session"),
                room("backend"),
                room("pool"),
                room("wire"),
                room("boot"),
                "io.netty.."));
  }

  @Test
  void aTopologyIsValuesOnly() {
    holds(
        classes()
            .that()
            .resideInAPackage(room("topology"))
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                "java..", "dev.heimdall.model..", ENGINE + ".wire", room("topology")));
  }

  @Test
  void routesAreDecidedByValuesOnly() {
    holds(
        classes()
            .that()
            .resideInAPackage(room("route"))
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                "java..",
                "dev.heimdall.model..",
                ENGINE + ".sql",
                ENGINE + ".wire",
                room("changes"),
                room("route"),
                room("share"),
                room("topology")));
  }

  @Test
  void whatNodesShareKnowsNoneOfThoseWhoUseIt() {
    holds(
        classes()
            .that()
            .resideInAPackage(room("share"))
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                "java..",
                "org.slf4j..",
                "io.lettuce..",
                "dev.heimdall.model..",
                "dev.heimdall.routing.threads..",
                ENGINE + ".sql",
                ENGINE + ".wire",
                room("share")));
    holds(
        noClasses()
            .that()
            .resideOutsideOfPackage(room("share"))
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.lettuce.."));
  }

  @Test
  void whatKeepsAnswersForOtherNodesKnowsOnlyTheirBytes() {
    holds(
        classes()
            .that()
            .resideInAPackage(room("cache.far"))
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                "java..",
                "org.slf4j..",
                "dev.heimdall.model..",
                "dev.heimdall.routing.threads..",
                room("cache.far"),
                room("observe"),
                room("share")));
  }

  @Test
  void trackersKnowNeitherSessionsNorTheWire() {
    holds(
        classes()
            .that()
            .resideInAPackage(room("cluster"))
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                "java..",
                "org.slf4j..",
                "dev.heimdall.model..",
                "dev.heimdall.secrets.credentials..",
                "dev.heimdall.routing..",
                ENGINE + ".wire",
                room("cluster"),
                room("topology"),
                room("jdbc")));
  }

  @Test
  void whatAwsSaysIsReadWithoutKnowingTheProxy() {
    holds(
        classes()
            .that()
            .resideInAPackage("dev.heimdall.routing..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                "java..",
                "javax.crypto..",
                "javax.net.ssl..",
                "javax.xml..",
                "org.w3c.dom..",
                "org.xml.sax..",
                "com.fasterxml.jackson..",
                "software.amazon..",
                "dev.heimdall.routing.."));
    holds(
        classes()
            .that()
            .resideInAPackage(room("rds"))
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                "java..",
                "org.slf4j..",
                "software.amazon.awssdk.auth.credentials..",
                "dev.heimdall.model..",
                "dev.heimdall.routing..",
                room("rds"),
                room("feed"),
                room("share")));
    // Whoever has asked: trackers hear of servers by documents, through one door.
    holds(
        noClasses()
            .that()
            .resideInAPackage(room("rds"))
            .should()
            .dependOnClassesThat()
            .haveFullyQualifiedName("dev.heimdall.routing.RdsServer"));
    holds(
        classes()
            .that()
            .resideInAPackage(room("feed"))
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                "java..",
                "org.slf4j..",
                "dev.heimdall.model..",
                "dev.heimdall.routing..",
                "dev.heimdall.secrets",
                room("feed")));
    holds(
        noClasses()
            .that()
            .resideOutsideOfPackages(
                "dev.heimdall.routing..",
                "dev.heimdall.configsync..",
                "dev.heimdall.secrets..",
                room("rds"),
                room("cloudwatch"))
            .should()
            .dependOnClassesThat()
            .resideInAPackage("software.amazon.."));
  }

  @Test
  void whoTellsCloudWatchKnowsOnlyWhatIsCountedAndLogged() {
    holds(
        classes()
            .that()
            .resideInAPackage(room("cloudwatch"))
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                "java..",
                "org.slf4j..",
                "com.fasterxml.jackson.core..",
                "software.amazon.awssdk..",
                "dev.heimdall.model..",
                "dev.heimdall.routing.sdk..",
                "dev.heimdall.routing.threads..",
                room("cloudwatch"),
                room("observe")));
    holds(
        noClasses()
            .that()
            .resideOutsideOfPackages(room("cloudwatch"), room("boot"))
            .should()
            .dependOnClassesThat()
            .resideInAPackage(room("cloudwatch")));
  }

  @Test
  void whoTracesKnowsNeitherSessionsNorProtocols() {
    holds(
        classes()
            .that()
            .resideInAPackage(room("tracing"))
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                "java..",
                "org.slf4j..",
                "io.opentelemetry..",
                "dev.heimdall.model..",
                room("tracing")));
    holds(
        noClasses()
            .that()
            .resideOutsideOfPackage(room("tracing"))
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.opentelemetry.."));
  }

  @Test
  void whoReportsKnowsNotWhatSectionsSay() {
    holds(
        classes()
            .that()
            .resideInAPackage(room("report"))
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                "java..",
                "javax.net.ssl..",
                "org.slf4j..",
                "com.fasterxml.jackson..",
                "dev.heimdall.model..",
                room("report")));
  }

  @Test
  void whoAsksDirectoriesKnowsNoProxyAndAloneTheLibrary() {
    holds(
        classes()
            .that()
            .resideInAPackage("dev.heimdall.directory..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                "java..",
                "javax.crypto..",
                "javax.net.ssl..",
                "com.unboundid..",
                "dev.heimdall.directory..",
                "dev.heimdall.model.."));
    holds(
        noClasses()
            .that()
            .resideOutsideOfPackage("dev.heimdall.directory..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("com.unboundid.."));
  }

  @Test
  void whereDocumentsAreKeptKnowsNotWhatTheySay() {
    holds(
        classes()
            .that()
            .resideInAPackage("dev.heimdall.secrets..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                "java..",
                "javax.crypto..",
                "org.slf4j..",
                "com.fasterxml.jackson..",
                "software.amazon..",
                "dev.heimdall.routing.sdk..",
                "dev.heimdall.routing.bounded..",
                "dev.heimdall.routing.threads..",
                "dev.heimdall.secrets.."));
    holds(
        classes()
            .that()
            .resideInAPackage("dev.heimdall.routing.sdk..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage("java..", "software.amazon..", "dev.heimdall.routing.sdk.."));
  }

  @Test
  void onlyItsHandlerKnowsThatAFunctionIsLambdas() {
    holds(
        noClasses()
            .that()
            .resideInAPackage("dev.heimdall.configsync..")
            .and()
            .haveNameNotMatching(".*\\.Handler(\\$.*)?")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("com.amazonaws..", "org.crac.."));
  }

  @Test
  void jdbcConnectionsKnowNobodyWhoUsesThem() {
    holds(
        noClasses()
            .that()
            .resideInAPackage(room("jdbc"))
            .should()
            .dependOnClassesThat(
                JavaClass.Predicates.resideInAPackage(ENGINE + "..")
                    .and(JavaClass.Predicates.resideOutsideOfPackage(room("jdbc")))));
  }

  @Test
  void ruleActionsKnowNeitherSessionsNorTheWire() {
    holds(
        classes()
            .that()
            .resideInAPackage(room("action"))
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                "java..",
                "org.slf4j..",
                "com.zaxxer.hikari..",
                "dev.heimdall.model..",
                "dev.heimdall.routing.threads..",
                "dev.heimdall.secrets.credentials..",
                room("action"),
                room("jdbc"),
                "dev.heimdall.routing.bounded..",
                room("observe"),
                room("sql"),
                room("rules")));
  }
}
