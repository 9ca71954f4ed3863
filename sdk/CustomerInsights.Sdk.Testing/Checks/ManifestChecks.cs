using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;
using CustomerInsights.Plugins.Manifests;
using CustomerInsights.Plugins.Packaging;
using CustomerInsights.Sdk.Testing.Running;

namespace CustomerInsights.Sdk.Testing.Checks;

/// <summary>M: what the manifest says, and whether it is so.</summary>
internal static partial class ManifestChecks
{
    private const int LargestIcon = 256 * 1024;
    private const int ShortestReadme = 80;
    private const string SdkAssembly = "CustomerInsights.Sdk";

    internal static IReadOnlyList<Check> All { get; } =
    [
        new("M01", "The manifest keeps its schema", Subject.Package, SchemaAsync),
        new("M02", "The id begins with the publisher's, whose key signed", Subject.Package, PublisherAsync) { Note = "Compares with the signature when keys are given." },
        new("M03", "The version is newer than the one before", Subject.Package, VersionAsync) { Note = "When the package before is given." },
        new("M04", "The SDK range begins with the SDK that the assembly references", Subject.Package, SdkAsync),
        new("M05", "Every path of the manifest is there", Subject.Package, PathsAsync),
        new("M06", "The icon is a PNG or an SVG that does nothing", Subject.Package, IconAsync),
        new("M07", "The licence is an SPDX expression", Subject.Package, LicenceAsync),
        new("M08", "The changelog has this version", Subject.Package, ChangelogAsync),
        new("M09", "The readme is written", Subject.Package, ReadmeAsync),
        new("M10", "Links are https", Subject.Package, LinksAsync),
    ];

    // Those in use for programs; https://spdx.org/licenses has all.
    private static readonly HashSet<string> Licences = new(StringComparer.Ordinal)
    {
        "0BSD", "AFL-3.0", "AGPL-3.0-only", "AGPL-3.0-or-later", "Apache-1.1", "Apache-2.0", "Artistic-2.0", "BlueOak-1.0.0", "BSD-2-Clause", "BSD-2-Clause-Patent", "BSD-3-Clause",
        "BSD-3-Clause-Clear", "BSD-4-Clause", "BSL-1.0", "BUSL-1.1", "CC-BY-4.0", "CC-BY-SA-4.0", "CC0-1.0", "CDDL-1.0", "CDDL-1.1", "CECILL-2.1", "ECL-2.0", "EPL-1.0", "EPL-2.0", "EUPL-1.1", "EUPL-1.2",
        "Elastic-2.0", "GPL-2.0-only", "GPL-2.0-or-later", "GPL-3.0-only", "GPL-3.0-or-later", "ISC", "LGPL-2.1-only", "LGPL-2.1-or-later", "LGPL-3.0-only", "LGPL-3.0-or-later", "LPL-1.02", "MIT", "MIT-0",
        "MPL-1.1", "MPL-2.0", "MPL-2.0-no-copyleft-exception", "MS-PL", "MS-RL", "MulanPSL-2.0", "NCSA", "ODbL-1.0", "OFL-1.1", "OSL-3.0", "PostgreSQL", "Python-2.0", "SSPL-1.0", "UPL-1.0", "Unicode-3.0", "Unlicense",
        "Vim", "W3C", "WTFPL", "X11", "ZPL-2.1", "Zlib", "zlib-acknowledgement",
    };

    private static Task SchemaAsync(Trial trial, CancellationToken cancellationToken)
    {
        if (trial.Package.Objection is not null && trial.Package.Read.Manifest is null)
        {
            throw Expect.NotHere("The package cannot be unpacked; see P01 to P04.");
        }

        // What is wrong with the schemas of components is C02's, and a missing file M05's.
        var problems = trial.Package.Read.Problems.Where(problem => !problem.IsWarning && !IsOfFile(problem.Rule) && !problem.Pointer.EndsWith("/configSchema", StringComparison.Ordinal)).ToList();
        Expect.That(problems.Count == 0, $"plugin.json: {string.Join(" ", problems)}");
        return Task.CompletedTask;
    }

    private static bool IsOfFile(string rule) => rule is "file" or "folder" or "publisher";

    private static Task PublisherAsync(Trial trial, CancellationToken cancellationToken)
    {
        var publisher = trial.Package.Read.Problems.FirstOrDefault(problem => problem.Rule == "publisher");
        Expect.That(publisher is null, $"plugin.json: {publisher}");
        if (trial.Options.Keys.Count == 0)
        {
            _ = trial.Manifest;
            return Task.CompletedTask;
        }

        var signers = PackageChecks.Signatures(trial).Select(signature => signature.KeyId).ToList();
        var known = trial.Options.Keys.Select(key => key.KeyId).ToList();
        Expect.That(signers.Count == 0 || signers.Intersect(known, StringComparer.Ordinal).Any(), $"The package is signed by {Expect.Some(signers)}; the keys of '{trial.Manifest.Publisher.Id}' are {Expect.Some(known)}.");
        return Task.CompletedTask;
    }

    private static async Task VersionAsync(Trial trial, CancellationToken cancellationToken)
    {
        using var before = await PreviousAsync(trial, cancellationToken);
        var (now, then) = (trial.Package.Read.Version, before.Read.Version);
        Expect.That(before.Read.Id == trial.Package.Read.Id, $"The package before is {before.Read.Id}, this one {trial.Package.Read.Id}; the id never changes.");
        Expect.That(now.CompareTo(then) > 0, $"This version is {now}, the one before {then}; raise the version with every release.");
    }

    /// <summary>The package of the version before.</summary>
    internal static async Task<KitPackage> PreviousAsync(Trial trial, CancellationToken cancellationToken) =>
        await KitPackage.OpenAsync(Expect.Given(trial.Options.Previous, "The package of the version before was not given."), cancellationToken);

    private static Task SdkAsync(Trial trial, CancellationToken cancellationToken)
    {
        var range = trial.Manifest.Sdk;
        var entry = Path.Combine(trial.Package.Folder, trial.Manifest.Entry.Assembly);
        Expect.That(File.Exists(entry), $"The assembly '{trial.Manifest.Entry.Assembly}' is not in the package.");
        using var stream = File.OpenRead(entry);
        using var file = new PEReader(stream);
        Expect.That(file.HasMetadata, $"'{trial.Manifest.Entry.Assembly}' is not a .NET assembly.");
        var reader = file.GetMetadataReader();
        var reference = reader.AssemblyReferences.Select(reader.GetAssemblyReference).FirstOrDefault(reference => reader.GetString(reference.Name) == SdkAssembly);
        Expect.That(reference.Version is not null && !reference.Name.IsNil, $"'{trial.Manifest.Entry.Assembly}' does not reference {SdkAssembly}; it cannot hold a component.");
        var (built, lower) = (reference.Version!.ToString(3), range.TrimStart('[').Split(',')[0]);
        Expect.That(built == lower, $"The assembly is compiled against SDK {built}, and the manifest says \"sdk\": \"{range}\". The range begins with the SDK that it was compiled against: \"[{built},{reference.Version.Major + 1}.0.0)\".");
        return Task.CompletedTask;
    }

    private static Task PathsAsync(Trial trial, CancellationToken cancellationToken)
    {
        var missing = trial.Package.Read.Problems.Where(problem => problem.Rule == "file").Select(problem => problem.ToString()).ToList();
        Expect.That(missing.Count == 0, $"{string.Join(" ", missing)}");
        var manifest = trial.Manifest;
        string?[] paths = [manifest.Icon, manifest.Readme, manifest.Changelog];
        var absent = paths.OfType<string>().Where(path => !File.Exists(Path.Combine(trial.Package.Folder, path))).ToList();
        Expect.That(absent.Count == 0, $"The manifest names {Expect.Some(absent)}, which is not in the package.");
        return Task.CompletedTask;
    }

    private static Task IconAsync(Trial trial, CancellationToken cancellationToken)
    {
        var name = Expect.Given(trial.Manifest.Icon, "The manifest names no icon.");
        var path = Path.Combine(trial.Package.Folder, name);
        Expect.That(File.Exists(path), $"The icon '{name}' is not in the package.");
        var bytes = new FileInfo(path).Length;
        Expect.That(bytes <= LargestIcon, $"The icon '{name}' has {bytes} bytes; at most {LargestIcon} are shown.");
        var content = File.ReadAllBytes(path);
        if (content.AsSpan().StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A]))
        {
            return Task.CompletedTask;
        }

        try
        {
            using var reader = XmlReader.Create(new MemoryStream(content), new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null });
            var root = XDocument.Load(reader).Root!;
            Expect.That(root.Name.LocalName == "svg", $"The icon '{name}' is neither a PNG nor an SVG.");
            var active = root.DescendantsAndSelf().FirstOrDefault(element => element.Name.LocalName is "script" or "foreignObject" or "iframe" or "style"
                || element.Attributes().Any(attribute => attribute.Name.LocalName.StartsWith("on", StringComparison.OrdinalIgnoreCase)
                    || (attribute.Name.LocalName == "href" && !attribute.Value.StartsWith('#'))));
            Expect.That(active is null, $"The icon '{name}' holds <{active?.Name.LocalName}> that can run code or load something; leave shapes and colours only.");
        }
        catch (XmlException error)
        {
            throw Expect.Failed($"The icon '{name}' is neither a PNG nor an SVG that can be read: {error.Message}");
        }

        return Task.CompletedTask;
    }

    private static Task LicenceAsync(Trial trial, CancellationToken cancellationToken)
    {
        var text = trial.Manifest.License;
        var words = text.Replace("(", " ", StringComparison.Ordinal).Replace(")", " ", StringComparison.Ordinal).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var unknown = words.Where((word, i) => word is not ("AND" or "OR" or "WITH") && !(i > 0 && words[i - 1] == "WITH") && !Licences.Contains(word.TrimEnd('+')) && !LicenceRef().IsMatch(word)).ToList();
        Expect.That(words.Length > 0 && unknown.Count == 0, $"The licence '{text}' is not an SPDX expression that the kit knows ({Expect.Some(unknown)}). Write MIT, Apache-2.0, …, or LicenseRef-<name> for one of your own.");
        return Task.CompletedTask;
    }

    private static Task ChangelogAsync(Trial trial, CancellationToken cancellationToken)
    {
        var name = trial.Manifest.Changelog ?? "CHANGELOG.md";
        var path = Path.Combine(trial.Package.Folder, name);
        Expect.That(File.Exists(path), $"The package has no {name}; people want to know what a new version brings.");
        var version = trial.Manifest.Version;
        Expect.That(File.ReadLines(path).Any(line => Regex.IsMatch(line, $@"(^|[^0-9.]){Regex.Escape(version)}($|[^0-9.])", RegexOptions.NonBacktracking)), $"{name} does not name {version}; say what this version brings.");
        return Task.CompletedTask;
    }

    private static Task ReadmeAsync(Trial trial, CancellationToken cancellationToken)
    {
        var name = trial.Manifest.Readme ?? "README.md";
        var path = Path.Combine(trial.Package.Folder, name);
        Expect.That(File.Exists(path), $"The package has no {name}; it is what people read before they install it.");
        var text = File.ReadAllText(path);
        Expect.That(text.Trim().Length >= ShortestReadme, $"{name} has {text.Trim().Length} characters; say what the plugin does, what it needs and what it does not do.");
        var left = Placeholder().Match(text);
        Expect.That(!left.Success, $"{name} still holds '{left.Value}'; write it.");
        return Task.CompletedTask;
    }

    private static Task LinksAsync(Trial trial, CancellationToken cancellationToken)
    {
        var manifest = trial.Manifest;
        var links = manifest.Links.Values.Append(manifest.Publisher.Url).OfType<string>().ToList();
        var wrong = links.Where(link => !Uri.TryCreate(link, UriKind.Absolute, out var uri) || uri.Scheme != Uri.UriSchemeHttps).ToList();
        Expect.That(wrong.Count == 0, $"{Expect.Some(wrong)} is not an https address.");
        return Task.CompletedTask;
    }

    [GeneratedRegex("^LicenseRef-[A-Za-z0-9.-]+$", RegexOptions.NonBacktracking)]
    private static partial Regex LicenceRef();

    [GeneratedRegex(@"\bTO" + @"DO\b|\{\{|lorem ipsum|replace this text", RegexOptions.IgnoreCase | RegexOptions.NonBacktracking)]
    private static partial Regex Placeholder();
}
