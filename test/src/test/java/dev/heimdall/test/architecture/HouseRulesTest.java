package dev.heimdall.test.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.constructors;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static dev.heimdall.test.architecture.Product.holds;
import static dev.heimdall.test.architecture.Product.room;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaConstructor;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.net.InetAddress;
import java.nio.file.Files;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Semaphore;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How the house is built, whichever room: what names, static fields and event loops may be. */
class HouseRulesTest {
  /** Rooms whose code runs on event loops, but for what they hand to threads of others. */
  private static final String[] ON_LOOPS =
      Stream.of(
              "wire",
              "session",
              "vdb",
              "journal",
              "reply",
              "pipeline",
              "prepared",
              "client",
              "console",
              "dialect",
              "listen",
              "backend",
              "pool",
              "route",
              "rules",
              "parse",
              "cache",
              "sql")
          .map(Product::room)
          .toArray(String[]::new);

  /** Interfaces of the core that one class of the product implements. */
  private static final int MOST_SINGLE_IMPLEMENTATIONS = 75;

  /** What a thread may have to wait in. */
  private static final Map<Class<?>, Set<String>> WAITING =
      Map.of(
          Thread.class, Set.of("sleep", "join"),
          Object.class, Set.of("wait"),
          java.util.concurrent.Future.class, Set.of("get"),
          CompletableFuture.class, Set.of("get", "join"),
          CountDownLatch.class, Set.of("await"),
          Semaphore.class, Set.of("acquire", "acquireUninterruptibly"),
          BlockingQueue.class, Set.of("take", "put"),
          ExecutorService.class, Set.of("awaitTermination", "invokeAll", "invokeAny", "close"),
          io.netty.util.concurrent.Future.class,
              Set.of("get", "sync", "syncUninterruptibly", "await", "awaitUninterruptibly"),
          InetAddress.class, Set.of("getByName", "getAllByName", "getCanonicalHostName"));

  /** What reads and writes while its caller waits. */
  private static final String[] BLOCKING = {
    "java.sql..", "javax.sql..", "com.zaxxer..", "java.net.http..", "io.lettuce..",
  };

  private static final String ENGINE = "proxy-node/engine";
  private static final String DIALECT = "proxy-node/dialect-";

  /**
   * A class is found by its name where those are unique: within each module, and among the engine
   * and its dialects, which have their counterparts of one another under one name.
   */
  @Test
  void classesThatSeeOneAnotherHaveNamesOfTheirOwn() throws Exception {
    Map<String, Set<String>> places = new TreeMap<>();
    for (String file : CommittedFilesTest.files()) {
      int sources = file.indexOf("/src/main/java/");
      if (sources >= 0
          && file.endsWith(".java")
          && !file.endsWith("-info.java")
          && Files.exists(CommittedFilesTest.ROOT.resolve(file))) {
        String module = file.substring(0, sources);
        String name = file.substring(file.lastIndexOf('/') + 1);
        String known = module.startsWith(DIALECT) ? ENGINE : module;
        places.computeIfAbsent(known + " " + name, key -> new TreeSet<>()).add(file);
      }
    }

    assertThat(places).hasSizeGreaterThan(1000);
    places.values().removeIf(HouseRulesTest::oneInEachDialect);
    assertThat(places).as("names that several classes have").isEmpty();
  }

  /**
   * An interface of the core is the seam of the dialects, has several implementations (one may be a
   * test's), or keeps a package from knowing another. The figure may only fall.
   */
  @Test
  void fewInterfacesOfTheCoreHaveOneImplementation() {
    Set<String> single = new TreeSet<>();
    for (JavaClass type : Product.CLASSES) {
      if (type.isInterface()
          && type.getPackageName().startsWith(Product.ENGINE + ".")
          && !type.getPackageName().startsWith(Product.ENGINE + ".dialect.")
          && type.getAllSubclasses().stream().filter(sub -> !sub.isInterface()).count() == 1) {
        single.add(type.getName().substring(Product.ENGINE.length() + 1));
      }
    }
    assertThat(single).hasSizeGreaterThan(10).hasSizeLessThanOrEqualTo(MOST_SINGLE_IMPLEMENTATIONS);
  }

  private static boolean oneInEachDialect(Set<String> files) {
    Set<String> modules = new HashSet<>();
    return files.size() == 1
        || files.stream()
            .allMatch(file -> file.startsWith(DIALECT) && modules.add(file.split("/src/")[0]));
  }

  @Test
  void eventLoopsNeverWait() {
    holds(
        noClasses()
            .that()
            .resideInAnyPackage(ON_LOOPS)
            .and()
            .resideOutsideOfPackages(
                room("dialect.*.catalog"),
                room("dialect.*.cluster"),
                room("dialect.*.changes"),
                room("dialect.*.jdbc"),
                room("dialect.*.foreign"),
                room("dialect.*.action"))
            .should()
            .callMethodWhere(waits())
            .orShould()
            .dependOnClassesThat()
            .resideInAnyPackage(BLOCKING)
            .orShould()
            .dependOnClassesThat()
            .haveNameMatching(
                "java\\.net\\.(Server)?Socket|java\\.nio\\.file\\.Files|java\\.lang\\.Process"
                    + "|java\\.io\\.(File(In|Out)putStream|FileReader|FileWriter|RandomAccessFile)"));
  }

  /** It resolves names and reads certificates too, which others have it do off the loops. */
  @Test
  void transportNeverSleepsOrJoins() {
    holds(
        noClasses()
            .that()
            .resideInAPackage(room("net"))
            .should()
            .callMethodWhere(
                DescribedPredicate.describe(
                    "sleeps or joins",
                    call ->
                        Set.of("sleep", "join").contains(call.getTarget().getName())
                            && call.getTargetOwner().isAssignableTo(Thread.class))));
  }

  private static DescribedPredicate<JavaMethodCall> waits() {
    return DescribedPredicate.describe(
        "may wait",
        call ->
            WAITING.entrySet().stream()
                .anyMatch(
                    of ->
                        of.getValue().contains(call.getTarget().getName())
                            && call.getTargetOwner().isAssignableTo(of.getKey())));
  }

  @Test
  void aRoomThatWaitedWouldBeFound() {
    assertThat(
            noClasses()
                .should()
                .callMethodWhere(waits())
                .evaluate(new ClassFileImporter().importClasses(Waiter.class))
                .getFailureReport()
                .getDetails())
        .hasSize(4);
  }

  private static final class Waiter {
    static void waits(CompletableFuture<String> future, CountDownLatch latch, Object lock)
        throws Exception {
      future.join();
      latch.await();
      lock.wait();
      Thread.sleep(1);
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

  /** Else what is given together is a value, or the part does too much. Records may have more. */
  @Test
  void aConstructorIsGivenNineThingsAtMost() {
    holds(
        constructors()
            .that()
            .areDeclaredInClassesThat()
            .areNotAssignableTo(Record.class)
            .should(beGivenAtMost(9)));
    assertThat(given(new ClassFileImporter().importClass(Inner.class).getConstructors()))
        .as("what the compiler adds does not count")
        .containsExactly(2);
  }

  private final class Inner {
    Inner(int first, String second) {}
  }

  private static Stream<Integer> given(Set<JavaConstructor> constructors) {
    return constructors.stream().map(HouseRulesTest::given);
  }

  private static int given(JavaConstructor constructor) {
    JavaClass owner = constructor.getOwner();
    boolean inner = owner.isInnerClass() && !owner.getModifiers().contains(JavaModifier.STATIC);
    return constructor.getRawParameterTypes().size() - (owner.isEnum() ? 2 : inner ? 1 : 0);
  }

  private static ArchCondition<JavaConstructor> beGivenAtMost(int most) {
    return new ArchCondition<>("be given at most " + most + " things") {
      @Override
      public void check(JavaConstructor constructor, ConditionEvents events) {
        boolean written = !constructor.getModifiers().contains(JavaModifier.SYNTHETIC);
        boolean anonymous = constructor.getOwner().isAnonymousClass();
        if (written && !anonymous && given(constructor) > most) {
          events.add(
              SimpleConditionEvent.violated(
                  constructor, constructor.getFullName() + " is given " + given(constructor)));
        }
      }
    };
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
