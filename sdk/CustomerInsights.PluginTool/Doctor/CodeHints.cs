using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using CustomerInsights.Plugins.Manifests;

namespace CustomerInsights.PluginTool.Doctor;

/// <summary>
/// Reads what an assembly refers to, without running it, and tells what commonly keeps plugins in memory, ends hosts or is refused in
/// a sandbox. Hints: a reference says nothing of how it is used.
/// </summary>
internal static class CodeHints
{
    private const string Lifetime = "it must end with the plugin, or keeps it in memory";
    private const string Subscription = "a handler of a static event keeps the plugin in memory for ever";
    private const string Fatal = "it would end the host";
    private const string HostsHttp = "use context.Http: it retries, reaches what the manifest declares, and works in a sandbox";
    private const string HostsClock = "use context.Clock: tests set it";

    // Members of a type; "*" for every one, "+" for the events that it adds to.
    private static readonly (string Type, string Member, string Hint)[] Always =
    [
        ("System.Threading.Thread", ".ctor", Lifetime),
        ("System.Threading.Timer", ".ctor", Lifetime),
        ("System.Timers.Timer", ".ctor", Lifetime),
        ("System.Diagnostics.ActivityListener", ".ctor", Lifetime),
        ("System.Diagnostics.Metrics.MeterListener", ".ctor", Lifetime),
        ("System.Diagnostics.Metrics.Meter", ".ctor", "make meters with context.Meters: the host ends them with the plugin"),
        ("System.Runtime.InteropServices.GCHandle", "Alloc", Lifetime),
        ("System.Reflection.DispatchProxy", "Create", "its types stay in memory"),
        ("Microsoft.CSharp.RuntimeBinder.Binder", "*", "'dynamic' keeps the plugin in memory"),
        ("System.AppDomain", "+", Subscription),
        ("System.Threading.Tasks.TaskScheduler", "+", Subscription),
        ("System.Console", "+", Subscription),
        ("System.Environment", "Exit", Fatal),
        ("System.Environment", "FailFast", Fatal),
        ("System.GC", "Collect", "it stops everybody in the host"),
        ("System.Threading.ThreadPool", "SetMinThreads", "it is the host's pool"),
        ("System.Threading.ThreadPool", "SetMaxThreads", "it is the host's pool"),
        ("System.Globalization.CultureInfo", "set_DefaultThreadCurrentCulture", "it is the host's culture"),
        ("System.Environment", "GetEnvironmentVariable", "a worker has nothing of the host's environment; make it a setting"),
        ("System.Net.Http.HttpClient", ".ctor", HostsHttp),
        ("System.Net.Http.SocketsHttpHandler", ".ctor", HostsHttp),
        ("System.Net.Http.HttpClientHandler", ".ctor", HostsHttp),
        ("System.DateTime", "get_Now", HostsClock),
        ("System.DateTime", "get_UtcNow", HostsClock),
        ("System.DateTimeOffset", "get_Now", HostsClock),
        ("System.DateTimeOffset", "get_UtcNow", HostsClock),
        ("System.TimeProvider", "get_System", HostsClock),
    ];

    private static readonly (string Type, string Member, string Hint)[] WithoutFiles =
    [
        ("System.IO.File", "*", "the manifest does not ask for 'filesystem'"),
        ("System.IO.Directory", "*", "the manifest does not ask for 'filesystem'"),
        ("System.IO.FileStream", ".ctor", "the manifest does not ask for 'filesystem'"),
    ];

    private static readonly (string Type, string Member, string Hint)[] WithoutSockets =
    [
        ("System.Net.Sockets.Socket", ".ctor", "the manifest does not ask for 'network.rawSockets'"),
        ("System.Net.Sockets.TcpClient", ".ctor", "the manifest does not ask for 'network.rawSockets'"),
    ];

    private static readonly (string Type, string Member, string Hint)[] WithoutProcesses =
        [("System.Diagnostics.Process", "Start", "the manifest does not ask for 'process'")];

    /// <summary>The hints, each a sentence.</summary>
    internal static IReadOnlyList<string> Of(string assembly, ManifestCapabilities capabilities)
    {
        using var stream = File.OpenRead(assembly);
        using var file = new PEReader(stream);
        if (!file.HasMetadata)
        {
            return [];
        }

        var reader = file.GetMetadataReader();
        (string Type, string Member, string Hint)[] rules =
        [
            .. Always,
            .. capabilities.Filesystem ? [] : WithoutFiles,
            .. capabilities.Network?.RawSockets == true ? [] : WithoutSockets,
            .. capabilities.Process ? [] : WithoutProcesses,
        ];
        return
        [
            .. References(reader).SelectMany(used => rules.Where(rule => rule.Type == used.Type && Fits(rule.Member, used.Member)).Select(rule => $"{used.Type}.{used.Member}: {rule.Hint}.")).Distinct(StringComparer.Ordinal),
            .. AsyncVoids(reader).Select(name => $"{name} is 'async void': what it throws ends the process. Return a Task and await it."),
            .. capabilities.NativeCode ? [] : NativeCalls(reader).Select(name => $"{name} calls native code: the manifest does not ask for 'nativeCode'."),
        ];
    }

    private static bool Fits(string rule, string member) => rule switch
    {
        "*" => true,
        "+" => member.StartsWith("add_", StringComparison.Ordinal),
        _ => rule == member,
    };

    private static IEnumerable<(string Type, string Member)> References(MetadataReader reader)
    {
        foreach (var handle in reader.MemberReferences)
        {
            var member = reader.GetMemberReference(handle);
            if (member.Parent.Kind == HandleKind.TypeReference)
            {
                var type = reader.GetTypeReference((TypeReferenceHandle)member.Parent);
                yield return ($"{reader.GetString(type.Namespace)}.{reader.GetString(type.Name)}", reader.GetString(member.Name));
            }
        }
    }

    private static IEnumerable<string> AsyncVoids(MetadataReader reader) =>
        from handle in reader.MethodDefinitions
        let method = reader.GetMethodDefinition(handle)
        where ReturnsNothing(reader, method) && method.GetCustomAttributes().Any(attribute => IsAsync(reader, attribute))
        select NameOf(reader, method);

    private static IEnumerable<string> NativeCalls(MetadataReader reader) =>
        from handle in reader.MethodDefinitions
        let method = reader.GetMethodDefinition(handle)
        where !method.GetImport().Module.IsNil
        select NameOf(reader, method);

    private static string NameOf(MetadataReader reader, MethodDefinition method) =>
        $"{reader.GetString(reader.GetTypeDefinition(method.GetDeclaringType()).Name)}.{reader.GetString(method.Name)}";

    // ECMA-335 II.23.2.1: header, the generic arity where the header says so, number of parameters, type that is returned.
    private static bool ReturnsNothing(MetadataReader reader, MethodDefinition method)
    {
        var blob = reader.GetBlobReader(method.Signature);
        if (blob.ReadSignatureHeader().IsGeneric)
        {
            blob.ReadCompressedInteger();
        }

        blob.ReadCompressedInteger();
        return blob.ReadSignatureTypeCode() == SignatureTypeCode.Void;
    }

    private static bool IsAsync(MetadataReader reader, CustomAttributeHandle handle)
    {
        var constructor = reader.GetCustomAttribute(handle).Constructor;
        return constructor.Kind == HandleKind.MemberReference
            && reader.GetMemberReference((MemberReferenceHandle)constructor).Parent is { Kind: HandleKind.TypeReference } parent
            && reader.StringComparer.Equals(reader.GetTypeReference((TypeReferenceHandle)parent).Name, "AsyncStateMachineAttribute");
    }
}
