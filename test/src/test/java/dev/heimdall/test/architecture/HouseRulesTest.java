package dev.heimdall.test.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static dev.heimdall.test.architecture.Product.holds;
import static dev.heimdall.test.architecture.Product.room;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How the house is built, whichever room: what names, static fields and event loops may be. */
class HouseRulesTest {
  @Test
  void eventLoopsNeverSleepOrJoin() {
    for (String blocking : List.of("sleep", "join")) {
      holds(
          noClasses()
              .that()
              .resideInAnyPackage(
                  room("wire"),
                  room("session"),
                  room("client"),
                  room("dialect"),
                  room("listen"),
                  room("console"),
                  room("backend"),
                  room("pool"),
                  room("net"))
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
