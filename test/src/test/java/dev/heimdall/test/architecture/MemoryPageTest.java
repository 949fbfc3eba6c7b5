package dev.heimdall.test.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.EventExecutorGroup;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The inventory of memory names whatever of the engine can grow at run time, and nothing else. */
class MemoryPageTest {
  private static final Path PAGE = Path.of("../docs/memory-inventory.md");

  /** {@code Class.field}, or {@code Class.{field,other}}; nested classes as in Java. */
  private static final Pattern NAMED =
      Pattern.compile("`([A-Z]\\w*(?:\\.[A-Z]\\w*)*)\\.(\\{[\\w, ]+}|[a-z]\\w*)`");

  private static Set<String> documented() throws IOException {
    String page = Files.readString(PAGE);
    Set<String> names = new TreeSet<>();
    Matcher matcher = NAMED.matcher(page);
    while (matcher.find()) {
      for (String field : matcher.group(2).replaceAll("[{}]", "").split(",")) {
        names.add(matcher.group(1) + '.' + field.strip());
      }
    }
    return names;
  }

  private static Stream<JavaField> fields(Iterable<JavaClass> classes) {
    Stream.Builder<JavaField> fields = Stream.builder();
    for (JavaClass one : classes) {
      one.getFields().forEach(fields);
    }
    return fields.build();
  }

  private static Stream<JavaField> ofTheEngine() {
    return fields(Product.CLASSES)
        .filter(field -> field.getOwner().getPackageName().startsWith(Product.ENGINE));
  }

  /** Records are values; what keeps many of them is a field of something else. */
  private static boolean mayGrow(JavaField field) {
    return !field.getModifiers().contains(JavaModifier.STATIC)
        && !field.getModifiers().contains(JavaModifier.SYNTHETIC)
        && !field.getOwner().isRecord()
        && (holdsMany(field.getRawType())
            || field.getRawType().equals(field.getOwner()) // a list linked by hand
            || (field.getRawType().isAssignableTo(AtomicReference.class)
                && field.getAllInvolvedRawTypes().stream().anyMatch(MemoryPageTest::holdsMany)));
  }

  private static boolean holdsMany(JavaClass type) {
    return type.isArray()
        || Stream.of(
                Collection.class,
                Map.class,
                ByteBuf.class,
                StringBuilder.class,
                ByteArrayOutputStream.class)
            .anyMatch(type::isAssignableTo)
        || (type.isAssignableTo(ExecutorService.class)
            && !type.isAssignableTo(EventExecutorGroup.class));
  }

  private static String name(JavaField field) {
    String owner = field.getOwner().getName();
    return owner.substring(owner.lastIndexOf('.') + 1).replace('$', '.') + '.' + field.getName();
  }

  private static Set<String> names(Stream<JavaField> fields) {
    return fields.map(MemoryPageTest::name).collect(Collectors.toCollection(TreeSet::new));
  }

  @Test
  void whateverMayGrowIsOnThePage() throws Exception {
    Set<String> missing = names(ofTheEngine().filter(MemoryPageTest::mayGrow));
    missing.removeAll(documented());

    assertThat(missing)
        .as(
            "fields that docs/memory-inventory.md does not name: how many bytes, and who makes them grow?")
        .isEmpty();
  }

  @Test
  void whateverIsOnThePageIsThere() throws Exception {
    Set<String> gone = documented();
    gone.removeAll(names(ofTheEngine()));

    assertThat(gone)
        .as("fields that docs/memory-inventory.md names and the engine does not have")
        .isEmpty();
  }

  @Test
  void allThatHoldsManyIsFound() {
    Stream<JavaField> grow =
        fields(new ClassFileImporter().importClasses(Growing.class))
            .filter(MemoryPageTest::mayGrow);

    assertThat(names(grow))
        .extracting(name -> name.substring(name.lastIndexOf('.') + 1))
        .containsExactlyElementsOf(
            new TreeSet<>(
                Arrays.asList(
                    "array", "buffer", "executor", "list", "map", "next", "reference", "text")));
  }

  private static final class Growing {
    java.util.ArrayDeque<String> list;
    java.util.concurrent.ConcurrentMap<String, String> map;
    byte[] array;
    ByteBuf buffer;
    StringBuilder text;
    java.util.concurrent.ScheduledThreadPoolExecutor executor;
    AtomicReference<java.util.List<String>> reference;
    Growing next;
    String one;
    io.netty.channel.EventLoopGroup loops;
  }
}
