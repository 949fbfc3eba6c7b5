package dev.heimdall.routing.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkClientException;

class AwsErrorTest {
  private static AwsServiceException said(int status, String code, String text) {
    return AwsServiceException.builder()
        .statusCode(status)
        .awsErrorDetails(AwsErrorDetails.builder().errorCode(code).errorMessage(text).build())
        .build();
  }

  @ParameterizedTest
  @CsvSource({
    "400, ThrottlingException, THROTTLED",
    "503, SlowDown, THROTTLED",
    "400, ExpiredTokenException, EXPIRED",
    "403, SignatureDoesNotMatch, NOT_BELIEVED",
    "403, RequestTimeTooSkewed, NOT_BELIEVED",
    "301, PermanentRedirect, ELSEWHERE",
    "400, AccessDeniedException, DENIED",
    "403, UnauthorizedOperation, DENIED",
    "404, NoSuchBucket, MISSING",
    "400, ResourceNotFoundException, MISSING",
    "503, '', BROKEN",
    "400, InvalidParameterValue, REFUSED",
  })
  void whatItMeansFollowsFromStatusAndCode(int status, String code, AwsError.Kind kind) {
    AwsError said = AwsError.of(said(status, code, "told to\nand more"));
    assertThat(said.kind()).isEqualTo(kind);
    assertThat(said.text()).isEqualTo("told to");
    assertThat(said.status()).isEqualTo(status);
  }

  @Test
  void whoIsNotAnsweredSaysWhatTheNetworkSaid() {
    SdkClientException thrown =
        SdkClientException.create("unable to execute", new IOException("connection refused"));
    assertThat(AwsError.of(thrown).kind()).isEqualTo(AwsError.Kind.UNANSWERED);
    assertThat(AwsError.of(thrown).words()).isEqualTo("unable to execute");
    assertThat(AwsError.innermost(thrown)).isEqualTo("connection refused");
  }

  @Test
  void withoutACodeTheStatusIsSaid() {
    assertThat(AwsError.of(said(502, null, null)).words()).isEqualTo("it answered with HTTP 502");
    assertThat(AwsError.of(said(403, "AccessDenied", "by KMS")).aboutKey()).isTrue();
    assertThat(AwsError.of(said(400, "Invalid", null)).words()).isEqualTo("Invalid");
  }
}
