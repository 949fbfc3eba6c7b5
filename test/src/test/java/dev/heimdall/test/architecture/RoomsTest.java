package dev.heimdall.test.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which room may know which. Rules for rooms that are still to be built come with the rooms. */
class RoomsTest {
  private static final String ENGINE = "dev.heimdall.engine";
  private static final JavaClasses PRODUCT =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages(
              "dev.heimdall.model",
              "dev.heimdall.routing",
              "dev.heimdall.secrets",
              "dev.heimdall.configsync",
              ENGINE,
              "dev.heimdall.launcher");

  private static String room(String name) {
    return ENGINE + "." + name + "..";
  }

  private static void holds(ArchRule rule) {
    rule.check(PRODUCT);
  }

  @Test
  void theRulesSeeTheWholeProduct() {
    assertThat(PRODUCT.stream().map(JavaClass::getPackageName))
        .contains(
            "dev.heimdall.model",
            "dev.heimdall.routing",
            "dev.heimdall.secrets",
            ENGINE + ".boot",
            ENGINE + ".session",
            ENGINE + ".wire.postgres",
            "dev.heimdall.launcher.postgres");
  }

  @Test
  void roomsOfTheEngineFormNoCycle() {
    holds(slices().matching(ENGINE + ".(*)..").should().beFreeOfCycles());
  }

  @Test
  void roomsOfTheLauncherFormNoCycle() {
    holds(slices().matching("dev.heimdall.launcher.(*)..").should().beFreeOfCycles());
  }

  @Test
  void theModelKnowsNothingOfTheOthers() {
    holds(
        noClasses()
            .that()
            .resideInAPackage("dev.heimdall.model..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(ENGINE + "..", "dev.heimdall.launcher..", "io.netty.."));
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
  void onlyParseKnowsTheParserLibrary() {
    holds(
        noClasses()
            .that()
            .resideOutsideOfPackage(room("parse"))
            .should()
            .dependOnClassesThat()
            .resideInAPackage("net.sf.jsqlparser.."));
    holds(
        classes()
            .that()
            .resideInAPackage(room("parse"))
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage("java..", room("parse"), room("sql"), "net.sf.jsqlparser.."));
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
                "java..", "com.google.re2j..", "dev.heimdall.model..", room("sql"), room("rules")));
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
                room("session"), room("backend"), room("pool"), room("admin"), room("boot")));
  }

  @Test
  void serverConnectionsAndPoolsKnowNoSession() {
    holds(
        noClasses()
            .that()
            .resideInAnyPackage(room("backend"), room("pool"), room("net"), room("observe"))
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(room("session"), room("admin")));
    holds(
        noClasses()
            .that()
            .resideInAPackage(room("backend"))
            .should()
            .dependOnClassesThat()
            .resideInAPackage(room("pool")));
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
                room("backend"),
                room("net"))
            .should()
            .dependOnClassesThat()
            .resideInAPackage("com.fasterxml.."));
  }

  @Test
  void jdbcStaysOutOfTheDataPlane() {
    holds(
        noClasses()
            .that()
            .resideInAnyPackage(ENGINE + "..", "dev.heimdall.model..")
            .and()
            .resideOutsideOfPackages(
                room("jdbc"), room("catalog"), room("action"), room("cluster"), room("foreign"))
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
                "dev.heimdall.secrets.credentials..",
                room("foreign"),
                room("jdbc"),
                room("sql"),
                room("wire.postgres")));
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
            .resideInAnyPackage("java..", "dev.heimdall.model..", room("topology")));
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
                "java..", "dev.heimdall.model..", room("route"), room("share"), room("topology")));
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
                "java..", "org.slf4j..", "io.lettuce..", "dev.heimdall.model..", room("share")));
    holds(
        noClasses()
            .that()
            .resideOutsideOfPackage(room("share"))
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.lettuce.."));
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
                "com.zaxxer.hikari..",
                "org.postgresql..",
                "dev.heimdall.model..",
                "dev.heimdall.secrets.credentials..",
                "dev.heimdall.routing..",
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
                room("share")));
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
                "dev.heimdall.secrets.."));
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
                "org.postgresql..",
                "dev.heimdall.model..",
                "dev.heimdall.secrets.credentials..",
                room("action"),
                room("jdbc"),
                room("observe"),
                room("sql"),
                room("rules")));
  }

  @Test
  void eventLoopsNeverSleepOrJoin() {
    for (String blocking : List.of("sleep", "join")) {
      holds(
          noClasses()
              .that()
              .resideInAnyPackage(
                  room("wire"), room("session"), room("backend"), room("pool"), room("net"))
              .should()
              .callMethodWhere(
                  com.tngtech.archunit.core.domain.JavaCall.Predicates.target(
                          com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With
                              .<JavaClass>owner(JavaClass.Predicates.assignableTo(Thread.class)))
                      .and(
                          com.tngtech.archunit.core.domain.JavaCall.Predicates.target(
                              com.tngtech.archunit.core.domain.properties.HasName.Predicates.name(
                                  blocking)))));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"Util", "Helper", "Common", "Impl"})
  void noClassHasANameThatSaysNothing(String word) {
    holds(
        noClasses()
            .that()
            .doNotHaveSimpleName("CommonName") // the field's own term, of a certificate's subject
            .should()
            .haveSimpleNameContaining(word));
  }

  @Test
  void nobodyHandsOutTheOneInstance() {
    holds(methods().that().areStatic().should().notHaveName("getInstance"));
  }

  @Test
  void staticFieldsAreFinal() {
    holds(fields().that().areStatic().should().beFinal());
  }

  @Test
  void nothingStaticChanges() {
    holds(fields().that().areStatic().should(holdNothingThatChanges()));
  }

  /** Types that are made to be changed by whoever has them. */
  private static final Set<String> CHANGING =
      Set.of(
          "java.util.ArrayList",
          "java.util.HashMap",
          "java.util.TreeMap",
          "java.util.ArrayDeque",
          "java.util.concurrent.ConcurrentHashMap",
          "java.util.concurrent.ConcurrentMap",
          "java.util.concurrent.ConcurrentLinkedQueue",
          "java.util.concurrent.atomic.AtomicInteger",
          "java.util.concurrent.atomic.AtomicLong",
          "java.util.concurrent.atomic.AtomicBoolean",
          "java.util.concurrent.atomic.AtomicReference",
          "java.util.concurrent.atomic.LongAdder",
          "java.lang.ThreadLocal",
          "java.lang.StringBuilder",
          "io.netty.util.concurrent.FastThreadLocal");

  private static ArchCondition<JavaField> holdNothingThatChanges() {
    return new ArchCondition<>("hold nothing that changes") {
      @Override
      public void check(JavaField field, ConditionEvents events) {
        boolean changes =
            CHANGING.contains(field.getRawType().getName())
                || field.getModifiers().contains(JavaModifier.VOLATILE);
        events.add(
            new SimpleConditionEvent(
                field, !changes, field.getFullName() + " is a " + field.getRawType().getName()));
      }
    };
  }

  @Test
  void whatABadListWouldLetPassIsFound() {
    assertThat(
            fields()
                .that()
                .areStatic()
                .should(holdNothingThatChanges())
                .evaluate(new ClassFileImporter().importClasses(Offender.class))
                .hasViolation())
        .isTrue();
  }

  private static final class Offender {
    static final java.util.concurrent.atomic.AtomicLong COUNT =
        new java.util.concurrent.atomic.AtomicLong();
  }
}
