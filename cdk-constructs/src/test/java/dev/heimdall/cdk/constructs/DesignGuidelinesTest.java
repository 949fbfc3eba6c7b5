package dev.heimdall.cdk.constructs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import software.amazon.awscdk.Resource;
import software.amazon.awscdk.services.cloudwatch.Metric;
import software.amazon.awscdk.services.cloudwatch.MetricOptions;
import software.amazon.awscdk.services.ec2.IConnectable;
import software.amazon.awscdk.services.iam.Grant;
import software.amazon.awscdk.services.iam.IGrantable;
import software.constructs.Construct;
import software.constructs.IConstruct;

/**
 * Holds the constructs against the CDK's design guidelines, as far as a program can read them.
 * Where one is not followed on purpose stands in {@code docs/constructs.md}, with the reason: that
 * table is held equal to what is found here.
 */
class DesignGuidelinesTest {
  private static final Path SOURCES = Path.of("src/main/java/dev/heimdall/cdk/constructs");
  private static final Path PAGE = Path.of("..", "docs", "constructs.md");
  private static final String HEADING = "## Where the CDK's guidelines are not followed";
  private static final String CDK = "software.amazon.awscdk.";
  private static final Pattern TIME =
      Pattern.compile(
          "(?i)^(how long|(\\w+ )?(time|lifetime|retention|duration|interval)|seconds?|minutes?|hours?"
              + "|days?)\\b|(Seconds|Minutes|Days)$");

  /** How props begin that name what may be a construct; what is made has its name from them. */
  private static final String REFERENCE =
      "(ARNs? of |(The )?[Nn]ames? of (?!.*that is made)|Networks ).*";

  private static final Pattern DECLARATION =
      Pattern.compile("^ {2,4}(?:(?:public|static|default|final) )*[\\w<>., ?]+ ([a-z]\\w*)\\(.*");

  private static List<Class<?>> types;

  @BeforeAll
  static void find() throws Exception {
    types = new ArrayList<>();
    try (Stream<Path> files = Files.list(SOURCES)) {
      for (String name : files.map(file -> file.getFileName().toString()).sorted().toList()) {
        if (!name.equals("package-info.java")) {
          Class<?> type =
              Class.forName(
                  DesignGuidelinesTest.class.getPackageName() + "." + name.replace(".java", ""));
          if (Modifier.isPublic(type.getModifiers())) {
            types.add(type);
          }
        }
      }
    }
    assertThat(constructs())
        .contains(
            HeimdallFleet.class,
            HeimdallManager.class,
            HeimdallStore.class,
            HeimdallConfigSync.class,
            HeimdallGlobalRouting.class);
  }

  private static List<Class<?>> constructs() {
    return types.stream().filter(Construct.class::isAssignableFrom).toList();
  }

  private static List<Class<?>> props() {
    return types.stream().filter(type -> type.getSimpleName().endsWith("Props")).toList();
  }

  private static Class<?> named(String name) throws ClassNotFoundException {
    return Class.forName(DesignGuidelinesTest.class.getPackageName() + "." + name);
  }

  private static Optional<Class<?>> ifThere(String name) {
    return types.stream().filter(type -> type.getSimpleName().equals(name)).findFirst();
  }

  /** What people call: methods of public types, without those that they inherit from the CDK. */
  private static List<Method> methods(Class<?> type) {
    return Arrays.stream(type.getDeclaredMethods())
        .filter(method -> Modifier.isPublic(method.getModifiers()) && !method.isSynthetic())
        .toList();
  }

  private static List<Method> getters(Class<?> props) {
    return methods(props).stream()
        .filter(method -> !Modifier.isStatic(method.getModifiers()))
        .toList();
  }

  // ---- what everything follows

  @Test
  void constructsAreMadeFromScopeIdAndProps() throws Exception {
    for (Class<?> construct : constructs()) {
      assertThat(construct.getConstructors())
          .as(construct.getSimpleName())
          .singleElement()
          .extracting(Constructor::getParameterTypes)
          .isEqualTo(
              new Class<?>[] {
                Construct.class, String.class, named(construct.getSimpleName() + "Props")
              });
    }
  }

  @Test
  void propsAreInterfacesWithABuilderThatSaysEachOfThem() throws Exception {
    assertThat(props()).hasSameSizeAs(constructs());
    for (Class<?> props : props()) {
      assertThat(props).isInterface();
      assertBuilt(
          props,
          getters(props).stream()
              .map(
                  getter -> {
                    String name = getter.getName();
                    assertThat(name).startsWith("get");
                    return decapitalised(name.substring(3)) + " " + plain(getter);
                  })
              .toList());
    }
  }

  @Test
  void attributesHaveABuilderThatSaysEachOfThem() throws Exception {
    List<Class<?>> attributes =
        types.stream().filter(type -> type.getSimpleName().endsWith("Attributes")).toList();
    assertThat(attributes).isNotEmpty();
    for (Class<?> each : attributes) {
      assertBuilt(
          each,
          Arrays.stream(each.getRecordComponents())
              .map(component -> component.getName() + " " + component.getGenericType())
              .toList());
    }
  }

  /** By {@code TYPE.builder()}, whose {@code build()} makes it. */
  private static void assertBuilt(Class<?> type, List<String> members) throws Exception {
    Class<?> builder = type.getMethod("builder").getReturnType();
    assertThat(builder.getMethod("build").getReturnType()).isEqualTo(type);
    List<String> said = new ArrayList<>();
    for (Method method : methods(builder)) {
      if (!method.getName().equals("build")) {
        assertThat(method.getReturnType()).as(method.toString()).isEqualTo(builder);
        said.add(method.getName() + " " + method.getGenericParameterTypes()[0]);
      }
    }
    assertThat(said).as(type.getSimpleName()).containsExactlyInAnyOrderElementsOf(members);
  }

  private static String decapitalised(String name) {
    return name.substring(0, 1).toLowerCase(Locale.ROOT) + name.substring(1);
  }

  /** What may be left out is said as it is. */
  private static Type plain(Method getter) {
    return getter.getReturnType() == Optional.class
        ? ((ParameterizedType) getter.getGenericReturnType()).getActualTypeArguments()[0]
        : getter.getGenericReturnType();
  }

  @Test
  void metricsAreMetricsAndTakeOptions() throws Exception {
    int seen = 0;
    for (Class<?> type : types) {
      for (Method method : methods(type)) {
        if (method.getName().startsWith("metric")) {
          seen++;
          assertThat(method.getReturnType()).as(method.toString()).isEqualTo(Metric.class);
          List<Class<?>> other = new ArrayList<>(List.of(method.getParameterTypes()));
          if (!other.remove(MetricOptions.class)) {
            other.add(MetricOptions.class);
          }
          assertThat(type.getMethod(method.getName(), other.toArray(Class<?>[]::new))).isNotNull();
        }
      }
    }
    assertThat(seen).isGreaterThan(20);
  }

  @Test
  void resourcesOfTheFirstLayerAreNotShown() {
    for (Class<?> type : types) {
      assertThat(shown(type))
          .as(type.getSimpleName())
          .noneMatch(each -> each.getSimpleName().startsWith("Cfn"));
    }
  }

  /** {@code IVpc} and not {@code Vpc}: also what is imported is taken. */
  @Test
  void constructsOfTheCdkAreTakenAndGivenByTheirInterfaces() {
    Set<String> seen = new TreeSet<>();
    for (Class<?> type : types) {
      for (Class<?> each : shown(type)) {
        if (each.getName().startsWith(CDK)) {
          seen.add(each.getSimpleName());
          assertThat(IConstruct.class.isAssignableFrom(each) && !each.isInterface())
              .as("%s in the signatures of %s", each.getSimpleName(), type.getSimpleName())
              .isFalse();
        }
      }
    }
    assertThat(seen).contains("IVpc", "IBucket", "IKey", "ISecret", "ICertificate");
  }

  /** The types in what people call, and what these are made of. */
  private static Set<Class<?>> shown(Class<?> type) {
    Set<Class<?>> shown = new LinkedHashSet<>();
    for (Method method : methods(type)) {
      parts(method.getGenericReturnType(), shown);
      Arrays.stream(method.getGenericParameterTypes()).forEach(each -> parts(each, shown));
    }
    for (Constructor<?> constructor : type.getConstructors()) {
      Arrays.stream(constructor.getGenericParameterTypes()).forEach(each -> parts(each, shown));
    }
    for (Class<?> nested : type.getClasses()) {
      shown.addAll(shown(nested));
    }
    shown.remove(Construct.class);
    return shown;
  }

  private static void parts(Type type, Set<Class<?>> parts) {
    if (type instanceof Class<?> plain) {
      parts.add(plain);
    } else if (type instanceof ParameterizedType generic) {
      parts(generic.getRawType(), parts);
      Arrays.stream(generic.getActualTypeArguments()).forEach(each -> parts(each, parts));
    }
  }

  @Test
  void interfacesOfConstructsAreConstructs() {
    for (Class<?> construct : constructs()) {
      ifThere("I" + construct.getSimpleName())
          .ifPresent(
              face -> {
                assertThat(face).isAssignableFrom(construct);
                assertThat(IConstruct.class).as(face.getSimpleName()).isAssignableFrom(face);
              });
    }
  }

  // ---- what is said of them

  @Test
  void everythingIsDocumented() throws IOException {
    int seen = 0;
    for (Class<?> type : types) {
      List<String> lines = Files.readAllLines(SOURCES.resolve(type.getSimpleName() + ".java"));
      for (int i = 1; i < lines.size(); i++) {
        Matcher declaration = DECLARATION.matcher(lines.get(i));
        String line = lines.get(i).strip();
        boolean called =
            declaration.matches()
                && !line.startsWith("return ")
                && !line.startsWith("throw ")
                && (type.isInterface() && lines.get(i).matches("^ {2}\\w.*")
                    || line.startsWith("public "));
        if (called && !line.contains("private ")) {
          seen++;
          assertThat(lines.get(i - 1).strip())
              .as("what stands before %s of %s", declaration.group(1), type.getSimpleName())
              .matches(".*\\*/|@.*");
        }
      }
      for (RecordComponent component :
          type.isRecord() ? type.getRecordComponents() : new RecordComponent[0]) {
        assertThat(String.join("\n", lines)).contains("@param " + component.getName() + " ");
      }
    }
    assertThat(seen).isGreaterThan(150);
  }

  /** Who leaves a prop out is told what is then. */
  @Test
  void propsThatMayBeLeftOutSayTheirDefault() throws IOException {
    for (Class<?> props : props()) {
      String source = Files.readString(SOURCES.resolve(props.getSimpleName() + ".java"));
      for (Method getter : getters(props)) {
        String name = decapitalised(getter.getName().substring(3));
        if (!source.contains("requireNonNull(" + name + ",")) {
          assertThat(documentation(source, getter.getName()))
              .as(props.getSimpleName() + "." + getter.getName())
              .containsIgnoringCase("by default");
        }
      }
    }
  }

  /** Not a number of days, of which somebody thinks that it is one of seconds. */
  @Test
  void timesAreDurations() throws IOException {
    for (Class<?> props : props()) {
      String source = Files.readString(SOURCES.resolve(props.getSimpleName() + ".java"));
      for (Method getter : getters(props)) {
        if (getter.getReturnType().isPrimitive() && getter.getReturnType() != boolean.class) {
          for (String text : List.of(getter.getName(), documentation(source, getter.getName()))) {
            assertThat(TIME.matcher(text).find())
                .as(props.getSimpleName() + "." + getter.getName())
                .isFalse();
          }
        }
      }
    }
  }

  private static String documentation(String source, String method) {
    Matcher found =
        Pattern.compile(
                "/\\*\\*((?:(?!\\*/).)*)\\*/\\s+[\\w<>., ]+ " + method + "\\(", Pattern.DOTALL)
            .matcher(source);
    assertThat(found.find()).as(method).isTrue();
    return found.group(1).replaceAll("\\s*\\n\\s*\\*\\s*", " ").strip();
  }

  // ---- what is not followed on purpose

  @Test
  void whatIsNotFollowedIsSaidWithItsReason() throws Exception {
    Set<String> found = new TreeSet<>();
    for (Class<?> construct : constructs()) {
      String name = construct.getSimpleName();
      List<String> nested =
          Arrays.stream(construct.getClasses()).map(Class::getSimpleName).toList();
      if (!nested.contains("Builder")) {
        found.add("builder of " + name);
      }
      if (!Resource.class.isAssignableFrom(construct)) {
        found.add("resource of " + name);
      }
      if (!isImported(construct)) {
        found.add("import of " + name);
      }
      Class<?> props = named(name + "Props");
      List<String> said = getters(props).stream().map(Method::getName).toList();
      if (said.contains("getVpc") && !IConnectable.class.isAssignableFrom(construct)) {
        found.add("connections of " + name);
      }
      if (!said.contains("getRemovalPolicy")) {
        found.add("removal policy of " + name);
      }
      String source = Files.readString(SOURCES.resolve(props.getSimpleName() + ".java"));
      for (Method getter : getters(props)) {
        boolean text = plain(getter).getTypeName().matches("(java.util.List<)?java.lang.String>?");
        // A name stands for something that may be no construct of the app.
        if (text && documentation(source, getter.getName()).matches(REFERENCE)) {
          found.add(
              "interface of "
                  + props.getSimpleName()
                  + "."
                  + decapitalised(getter.getName().substring(3)));
        }
      }
    }
    for (Class<?> type : types) {
      for (Method method : methods(type)) {
        if (method.getName().startsWith("grant")) {
          assertThat(method.getReturnType()).as(method.toString()).isEqualTo(Grant.class);
          if (method.getParameterTypes()[0] != IGrantable.class) {
            found.add("grantee of " + type.getSimpleName() + "." + method.getName());
          }
        }
      }
    }
    assertThat(answered()).isEqualTo(found);
  }

  private static boolean isImported(Class<?> construct) throws ClassNotFoundException {
    String name = construct.getSimpleName();
    Optional<Class<?>> face = ifThere("I" + name);
    return Arrays.stream(construct.getDeclaredMethods())
        .anyMatch(
            method ->
                method.getName().equals("from" + name + "Attributes")
                    && Modifier.isStatic(method.getModifiers())
                    && method.getReturnType().equals(face.orElse(null))
                    && Arrays.equals(
                        method.getParameterTypes(),
                        new Class<?>[] {
                          Construct.class, String.class, ifThere(name + "Attributes").orElse(null)
                        }));
  }

  /** The rows of the page's table. */
  private static Set<String> answered() throws IOException {
    Set<String> answered = new TreeSet<>();
    List<String[]> rows =
        Files.readAllLines(PAGE).stream()
            .dropWhile(line -> !line.equals(HEADING))
            .skip(1)
            .takeWhile(line -> !line.startsWith("## "))
            .filter(line -> line.startsWith("| ") && line.contains("`"))
            .map(line -> line.substring(2, line.length() - 2).split(" \\| "))
            .toList();
    for (String[] row : rows) {
      assertThat(row).as(row[0]).hasSize(3);
      Matcher names = Pattern.compile("`([^`]+)`").matcher(row[1]);
      while (names.find()) {
        assertThat(answered.add(row[0] + " of " + names.group(1))).as(row[1]).isTrue();
      }
    }
    return answered;
  }
}
