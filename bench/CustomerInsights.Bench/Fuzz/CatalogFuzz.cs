using System.Diagnostics.CodeAnalysis;
using System.Text;
using CustomerInsights.Plugins.Catalogs;
using CustomerInsights.Plugins.Installing;
using CustomerInsights.Plugins.Manifests;
using CustomerInsights.Plugins.Packaging;
using CustomerInsights.Plugins.Trust;

namespace CustomerInsights.Bench.Fuzz;

/// <summary>
/// Mutated catalogs against the reader: as they are, where the signature must stop nearly all, and signed anew by the catalog's own key,
/// so that what is behind the signature is met. Each is refused clearly or can be shown and chosen from.
/// </summary>
[SuppressMessage("Security", "CA5394", Justification = "A generator of test data must be repeatable, not secret.")]
internal sealed class CatalogFuzz : IDisposable
{
    private static readonly DateTimeOffset s_now = new(2026, 11, 26, 0, 0, 0, TimeSpan.Zero);
    private readonly SigningKey _key = SigningKey.Create("fuzz-catalog");
    private readonly byte[] _file;
    private readonly string _signed;

    internal CatalogFuzz()
    {
        var (publisher, next) = (SigningKey.Create("fuzz-old"), SigningKey.Create("fuzz-new"));
        var catalog = new Catalog(1, "Fuzz", 7, s_now, s_now.AddDays(30))
        {
            Publishers = [new("acme", "Acme GmbH", true, [publisher.Public with { NotAfterUtc = s_now }])],
            Rotations = [KeyRotation.Issue("acme", publisher, next.Public, s_now)],
            Blocked = [new("acme.shop", "[1.0.0,1.0.5]", "loses orders", BlockAction.Quarantine)],
            Plugins =
            [
                new("acme.shop", "Acme Shop", "acme", [Version("1.1.0") with { Rollout = new(20, "s"), Notes = "faster" }, Version("1.0.0") with { Yanked = new("slow", "1.1.0") }]) { Kinds = [PluginKind.Connector] },
            ],
        };
        _file = SignedCatalog.Write(catalog, _key);
        _signed = System.Text.Json.JsonDocument.Parse(_file).RootElement.GetProperty("signed").GetRawText();
        publisher.Dispose();
        next.Dispose();
    }

    internal int Refused { get; private set; }

    internal Task RoundAsync(int seed, int round)
    {
        var random = Refusal.Generator(seed, round);
        var file = random.Next(3) == 0 ? Mutations.Apply(_file, random) : Signed(JsonMutations.Apply(_signed, random));
        try
        {
            Use(SignedCatalog.Read(file, [_key.Public]));
        }
        catch (PackageException error) when (Refusal.IsClear(error.Message))
        {
            Refused++;
        }
        catch (Exception error)
        {
            throw Refusal.Find(seed, round, error);
        }

        return Task.CompletedTask;
    }

    public void Dispose() => _key.Dispose();

    // What a host does with every catalog that it has read.
    private static void Use(Catalog catalog)
    {
        var trust = new TrustSet([catalog.AsTrust(isOwn: false)]);
        trust.Judge("acme", "{}"u8, [new PackageSignature("fuzz-new", SignatureRole.Publisher, s_now, "AAAA")]);
        foreach (var plugin in catalog.Plugins)
        {
            foreach (var version in plugin.Versions)
            {
                var said = Compatibility.Objections(plugin.Id, version, trust, "0.1.0").Append(Compatibility.Reservation(version, "installation")).OfType<string>();
                if (said.Any(sentence => sentence.Length == 0))
                {
                    throw new InvalidOperationException("A reason is empty.");
                }

                Capabilities.Describe(version.Capabilities);
                Capabilities.Hash(version.Capabilities);
            }
        }
    }

    private byte[] Signed(byte[] signed)
    {
        var signature = Encoding.UTF8.GetString(PackageJson.Write(new[] { _key.Sign(signed, SignatureRole.Catalog, s_now) }));
        return [.. "{\"signed\":"u8, .. signed, .. Encoding.UTF8.GetBytes($",\"signatures\":{signature}}}")];
    }

    private static CatalogVersion Version(string number) => new(number)
    {
        Url = $"acme.shop-{number}.ciplugin",
        Size = 1000,
        Sha256 = new string('a', 64),
        Sdk = "[1.0.0,2.0.0)",
        Host = "[0.1.0,)",
        Isolation = [IsolationMode.Process],
        Capabilities = new ManifestCapabilities { Network = new(["api.acme.example"]), ProfileFields = new() { Read = ["email"], Pii = true } },
    };
}
