package dev.heimdall.secrets.credentials;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.rds.RdsUtilities;

/** Tokens are those that the AWS SDK would have signed in the same second. */
class IamTokenTest {
  private static final String HOST = "shop.abc1.eu-west-1.rds.amazonaws.com";
  private static final Pattern DATE = Pattern.compile("X-Amz-Date=([0-9TZ]{16})");
  private static final DateTimeFormatter FORMAT =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

  static Stream<AwsCredentials> credentials() {
    return Stream.of(
        AwsBasicCredentials.create("AKIDEXAMPLE", "not-so-secret"),
        AwsSessionCredentials.create("AKIDEXAMPLE", "not-so-secret", "to/k+en=="));
  }

  /** The SDK looks at the clock twice: where a second ends between, its token is good for 899 s. */
  private static String ofTheSdk(String user, AwsCredentials by) {
    RdsUtilities sdk =
        RdsUtilities.builder()
            .region(Region.EU_WEST_1)
            .credentialsProvider(StaticCredentialsProvider.create(by))
            .build();
    String token;
    do {
      token =
          sdk.generateAuthenticationToken(
              request -> request.hostname(HOST).port(5432).username(user));
    } while (token.contains("X-Amz-Expires=899"));
    return token;
  }

  private static void equalsTheSdks(String user, AwsCredentials by) {
    String theirs = ofTheSdk(user, by);
    Matcher date = DATE.matcher(theirs);
    assertThat(date.find()).isTrue();
    Instant then = FORMAT.parse(date.group(1), Instant::from);
    String ours = new IamToken(HOST + ":5432", user, "eu-west-1").signed(by, then);

    assertThat(before(ours)).isEqualTo(before(theirs));
    assertThat(parameters(ours)).isEqualTo(parameters(theirs));
  }

  private static String before(String token) {
    return token.substring(0, token.indexOf('?'));
  }

  private static Set<String> parameters(String token) {
    return Set.of(token.substring(token.indexOf('?') + 1).split("&"));
  }

  @ParameterizedTest
  @MethodSource("credentials")
  void itIsTheSdksWithEachKindOfCredentials(AwsCredentials by) {
    equalsTheSdks("app", by);
  }

  @ParameterizedTest
  @ValueSource(strings = {"two words", "a+b*c~d", "größe", "a/b=c&d"})
  void itIsTheSdksForOddNames(String user) {
    equalsTheSdks(user, AwsBasicCredentials.create("AKIDEXAMPLE", "not-so-secret"));
  }
}
