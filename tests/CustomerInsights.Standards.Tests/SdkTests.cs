using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using CustomerInsights.Sdk;

namespace CustomerInsights.Standards.Tests;

/// <summary>What plugin authors compile against: small, documented, without baggage.</summary>
public sealed partial class SdkTests
{
    private static readonly Assembly Sdk = typeof(SdkInfo).Assembly;
    private static readonly string[] Abstractions = ["Microsoft.Extensions.DependencyInjection.Abstractions", "Microsoft.Extensions.Logging.Abstractions"];

    [Fact]
    public void The_sdk_depends_on_the_logging_and_di_abstractions_alone()
    {
        var project = XDocument.Load(Repository.At("sdk", "CustomerInsights.Sdk", "CustomerInsights.Sdk.csproj"));
        var packages = project.Descendants("PackageReference").Select(item => (string)item.Attribute("Include")!).Order(StringComparer.Ordinal);
        Assert.Equal(Abstractions, packages);
        Assert.Empty(project.Descendants("ProjectReference"));
        Assert.Empty(project.Descendants("FrameworkReference"));
        var foreign = Sdk.GetReferencedAssemblies().Select(name => name.Name!).Where(name => !name.StartsWith("System", StringComparison.Ordinal));
        Assert.Empty(foreign.Except(Abstractions, StringComparer.Ordinal));
    }

    [Fact]
    public void Every_public_type_has_a_file_of_its_own_name()
    {
        var folder = Repository.At("sdk", "CustomerInsights.Sdk");
        foreach (var type in Sdk.GetExportedTypes().Where(type => !type.IsNested))
        {
            var file = type.Name.Split('`')[0] + ".cs";
            Assert.True(File.Exists(Path.Combine(folder, file)), $"The public type {type.Name} belongs in {file}.");
        }

        foreach (var file in Directory.EnumerateFiles(folder, "*.cs"))
        {
            var types = PublicType().Matches(File.ReadAllText(file)).Select(match => match.Groups["name"].Value).ToList();
            Assert.True(types.Count <= 1, $"{Path.GetFileName(file)} holds {string.Join(", ", types)}; one public type a file.");
        }
    }

    [Fact]
    public void Every_public_type_and_member_is_documented()
    {
        var documented = XDocument.Load(Path.Combine(AppContext.BaseDirectory, "CustomerInsights.Sdk.xml"))
            .Descendants("member")
            .Where(member => member.Element("summary") is { } summary && summary.Value.Trim().Length > 0 || member.Element("inheritdoc") is not null)
            .Select(member => ((string)member.Attribute("name")!).Split('(')[0])
            .ToHashSet(StringComparer.Ordinal);
        var missing = Sdk.GetExportedTypes().SelectMany(DocumentationNames).Where(name => !documented.Contains(name)).ToList();
        Assert.True(missing.Count == 0, $"No <summary>: {string.Join(", ", missing)}");
    }

    // Records document their positional members by <param>; what the compiler makes needs no words.
    private static IEnumerable<string> DocumentationNames(Type type)
    {
        var name = type.FullName!.Replace('+', '.');
        yield return "T:" + name;
        const BindingFlags declared = BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
        var positional = type.GetConstructors().OrderByDescending(constructor => constructor.GetParameters().Length).FirstOrDefault()?.GetParameters().Select(parameter => parameter.Name).ToHashSet(StringComparer.OrdinalIgnoreCase) ?? [];
        foreach (var property in type.GetProperties(declared).Where(property => property.GetIndexParameters().Length == 0 && !positional.Contains(property.Name)))
        {
            yield return $"P:{name}.{property.Name}";
        }

        foreach (var field in type.GetFields(declared).Where(field => !field.IsSpecialName))
        {
            yield return $"F:{name}.{field.Name}";
        }

        var isRecord = type.GetMethod("<Clone>$") is not null;
        foreach (var method in type.GetMethods(declared).Where(method => !method.IsSpecialName && !method.Name.Contains('<', StringComparison.Ordinal)))
        {
            if (!isRecord || method.Name is not ("ToString" or "Equals" or "GetHashCode" or "Deconstruct" or "PrintMembers"))
            {
                yield return $"M:{name}.{method.Name}{(method.IsGenericMethod ? $"``{method.GetGenericArguments().Length}" : "")}";
            }
        }
    }

    [GeneratedRegex(@"^public (?:(?:sealed|abstract|static|readonly|partial) )*(?:class|record struct|record|struct|interface|enum|delegate) (?<name>\w+)", RegexOptions.Multiline | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex PublicType();
}
