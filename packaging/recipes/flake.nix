{
  description = "S3 client for objects sealed with keys that only you hold (SSE-C)";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";

  outputs =
    { self, nixpkgs }:
    let
      version = "@VERSION@";
      archives = {
        x86_64-linux = {
          target = "x86_64-unknown-linux-gnu";
          sha256 = "@SHA256:x86_64-unknown-linux-gnu@";
        };
        aarch64-linux = {
          target = "aarch64-unknown-linux-gnu";
          sha256 = "@SHA256:aarch64-unknown-linux-gnu@";
        };
        x86_64-darwin = {
          target = "x86_64-apple-darwin";
          sha256 = "@SHA256:x86_64-apple-darwin@";
        };
        aarch64-darwin = {
          target = "aarch64-apple-darwin";
          sha256 = "@SHA256:aarch64-apple-darwin@";
        };
      };
      package =
        system:
        let
          pkgs = nixpkgs.legacyPackages.${system};
          archive = archives.${system};
        in
        pkgs.stdenv.mkDerivation {
          pname = "s3seal";
          inherit version;
          src = pkgs.fetchurl {
            url = "@REPOSITORY@/releases/download/v${version}/s3seal-${version}-${archive.target}.tar.gz";
            inherit (archive) sha256;
          };
          # The program names the loader of other systems.
          nativeBuildInputs = [ pkgs.installShellFiles ] ++ pkgs.lib.optional pkgs.stdenv.isLinux pkgs.autoPatchelfHook;
          installPhase = ''
            runHook preInstall
            install -Dm755 s3seal -t $out/bin
            installManPage man/*
            installShellCompletion --bash --name s3seal completions/s3seal.bash
            installShellCompletion --zsh completions/_s3seal
            installShellCompletion --fish completions/s3seal.fish
            runHook postInstall
          '';
          meta = {
            description = "S3 client for objects sealed with keys that only you hold (SSE-C)";
            homepage = "@REPOSITORY@";
            license = with pkgs.lib.licenses; [
              mit
              asl20
            ];
            mainProgram = "s3seal";
            platforms = builtins.attrNames archives;
            sourceProvenance = [ pkgs.lib.sourceTypes.binaryNativeCode ];
          };
        };
    in
    {
      packages = builtins.mapAttrs (system: _: {
        default = package system;
        s3seal = package system;
      }) archives;
    };
}
