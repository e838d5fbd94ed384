class S3seal < Formula
  desc "S3 client for objects sealed with keys that only you hold (SSE-C)"
  homepage "@REPOSITORY@"
  version "@VERSION@"
  license any_of: ["MIT", "Apache-2.0"]

  on_macos do
    on_arm do
      url "@REPOSITORY@/releases/download/v@VERSION@/s3seal-@VERSION@-aarch64-apple-darwin.tar.gz"
      sha256 "@SHA256:aarch64-apple-darwin@"
    end
    on_intel do
      url "@REPOSITORY@/releases/download/v@VERSION@/s3seal-@VERSION@-x86_64-apple-darwin.tar.gz"
      sha256 "@SHA256:x86_64-apple-darwin@"
    end
  end
  on_linux do
    on_arm do
      url "@REPOSITORY@/releases/download/v@VERSION@/s3seal-@VERSION@-aarch64-unknown-linux-gnu.tar.gz"
      sha256 "@SHA256:aarch64-unknown-linux-gnu@"
    end
    on_intel do
      url "@REPOSITORY@/releases/download/v@VERSION@/s3seal-@VERSION@-x86_64-unknown-linux-gnu.tar.gz"
      sha256 "@SHA256:x86_64-unknown-linux-gnu@"
    end
  end

  def install
    bin.install "s3seal"
    man1.install Dir["man/*.1"]
    man7.install Dir["man/*.7"]
    bash_completion.install "completions/s3seal.bash" => "s3seal"
    zsh_completion.install "completions/_s3seal"
    fish_completion.install "completions/s3seal.fish"
  end

  test do
    (testpath/"note").write "secret"
    script = <<~SH
      s3seal keygen -q -o key
      s3seal put -q -k ./key note s3://demo/note
      s3seal get -q -k ./key s3://demo/note back
      cmp note back
    SH
    system bin/"s3seal", "mock", "--", "sh", "-euc", script
  end
end
