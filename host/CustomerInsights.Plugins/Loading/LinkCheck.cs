using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using CustomerInsights.Plugins.Manifests;
using CustomerInsights.Sdk;

namespace CustomerInsights.Plugins.Loading;

/// <summary>
/// Reads the references of a plugin's main assembly without running it, and looks whether the package and this host's SDK have
/// what they name.
/// Without it a plugin built for a newer SDK loads, passes every test of type, and fails when the missing member is called.
/// </summary>
internal static class LinkCheck
{
    private const BindingFlags Everything = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    /// <summary>What cannot be satisfied, as a sentence; null when all can.</summary>
    internal static string? Objection(string assemblyPath)
    {
        try
        {
            using var stream = File.OpenRead(assemblyPath);
            using var file = new PEReader(stream);
            if (!file.HasMetadata)
            {
                return $"{Path.GetFileName(assemblyPath)} is not a .NET assembly";
            }

            var reader = file.GetMetadataReader();
            return MissingMembers(reader) is { Count: > 0 } missing
                ? $"needs {string.Join(", ", missing.Take(5))}{(missing.Count > 5 ? $" and {missing.Count - 5} more" : "")} of a newer SDK; this host has SDK {SdkInfo.Version}"
                : NewerSdk(reader) ?? MissingAssembly(reader, Path.GetDirectoryName(assemblyPath)!);
        }
        catch (BadImageFormatException error)
        {
            return $"{Path.GetFileName(assemblyPath)} is not a .NET assembly: {error.Message}";
        }
    }

    private static string? MissingAssembly(MetadataReader reader, string lib)
    {
        foreach (var handle in reader.AssemblyReferences)
        {
            var reference = reader.GetAssemblyReference(handle);
            var name = reader.GetString(reference.Name);

            // Anywhere below lib: deps.json may name a folder by platform.
            if (!SharedAssemblies.IsShared(name) && !Directory.EnumerateFiles(lib, name + ".dll", SearchOption.AllDirectories).Any())
            {
                return $"needs the assembly {name} {reference.Version}, which is neither in its lib folder nor shared by the host. Publish the plugin with its dependencies";
            }
        }

        return null;
    }

    private static string? NewerSdk(MetadataReader reader)
    {
        foreach (var handle in reader.AssemblyReferences)
        {
            var reference = reader.GetAssemblyReference(handle);
            if (reader.StringComparer.Equals(reference.Name, SdkName) && reference.Version is var built
                && SemanticVersion.Parse(SdkInfo.Version) is var here && new SemanticVersion(built.Major, built.Minor, 0) > here with { Patch = 0 })
            {
                return $"was built against SDK {built.ToString(3)}; this host has {here}";
            }
        }

        return null;
    }

    private static string SdkName { get; } = typeof(SdkInfo).Assembly.GetName().Name!;

    private static List<string> MissingMembers(MetadataReader reader)
    {
        var missing = new List<string>();
        var types = new Dictionary<TypeReferenceHandle, Type?>();
        foreach (var handle in reader.TypeReferences)
        {
            if (IsOfSdk(reader, handle))
            {
                var name = NameOf(reader, handle);
                types[handle] = typeof(SdkInfo).Assembly.GetType(name);
                if (types[handle] is null)
                {
                    missing.Add(name);
                }
            }
        }

        foreach (var handle in reader.MemberReferences)
        {
            var member = reader.GetMemberReference(handle);
            if (ParentOf(reader, member.Parent) is { } parent && types.GetValueOrDefault(parent) is { } type && !Has(reader, type, member))
            {
                missing.Add($"{type.FullName}.{reader.GetString(member.Name)}");
            }
        }

        return missing;
    }

    // By name and number of parameters. Changed types of parameters slip through; the SDK does not change them within a major.
    private static bool Has(MetadataReader reader, Type type, MemberReference member)
    {
        var name = reader.GetString(member.Name);
        if (member.GetKind() == MemberReferenceKind.Field)
        {
            return type.GetField(name, Everything) is not null;
        }

        var count = ParameterCount(reader.GetBlobReader(member.Signature));
        MethodBase[] known = name == ".ctor" ? type.GetConstructors(Everything) : type.GetMethods(Everything);
        return known.Any(method => method.Name == name && method.GetParameters().Length == count);
    }

    // ECMA-335 II.23.2.1: a header, the generic arity where the header says so, and the number of parameters.
    private static int ParameterCount(BlobReader signature)
    {
        var header = signature.ReadSignatureHeader();
        if (header.IsGeneric)
        {
            signature.ReadCompressedInteger();
        }

        return signature.ReadCompressedInteger();
    }

    private static TypeReferenceHandle? ParentOf(MetadataReader reader, EntityHandle parent)
    {
        if (parent.Kind == HandleKind.TypeReference)
        {
            return (TypeReferenceHandle)parent;
        }

        if (parent.Kind != HandleKind.TypeSpecification)
        {
            return null;
        }

        // II.23.2.14: GENERICINST (CLASS | VALUETYPE) TypeDefOrRef …; the definition carries the member.
        var blob = reader.GetBlobReader(reader.GetTypeSpecification((TypeSpecificationHandle)parent).Signature);
        if (blob.ReadSignatureTypeCode() != SignatureTypeCode.GenericTypeInstance)
        {
            return null;
        }

        blob.ReadCompressedInteger();
        var definition = blob.ReadTypeHandle();
        return definition.Kind == HandleKind.TypeReference ? (TypeReferenceHandle)definition : null;
    }

    private static bool IsOfSdk(MetadataReader reader, TypeReferenceHandle handle)
    {
        var scope = reader.GetTypeReference(handle).ResolutionScope;
        return scope.Kind switch
        {
            HandleKind.TypeReference => IsOfSdk(reader, (TypeReferenceHandle)scope),
            HandleKind.AssemblyReference => reader.StringComparer.Equals(reader.GetAssemblyReference((AssemblyReferenceHandle)scope).Name, SdkName),
            _ => false,
        };
    }

    private static string NameOf(MetadataReader reader, TypeReferenceHandle handle)
    {
        var type = reader.GetTypeReference(handle);
        var name = reader.GetString(type.Name);
        return type.ResolutionScope.Kind == HandleKind.TypeReference
            ? NameOf(reader, (TypeReferenceHandle)type.ResolutionScope) + "+" + name
            : reader.GetString(type.Namespace) + "." + name;
    }
}
