using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;

namespace CustomerInsights.Standards.Tests;

/// <summary>Writes down what others can see of an assembly: a line a type, a line a member, in order of name.</summary>
internal static class PublicSurface
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly Dictionary<Type, string> Keywords = new()
    {
        [typeof(void)] = "void",
        [typeof(string)] = "string",
        [typeof(bool)] = "bool",
        [typeof(int)] = "int",
        [typeof(long)] = "long",
        [typeof(double)] = "double",
        [typeof(decimal)] = "decimal",
        [typeof(byte)] = "byte",
        [typeof(object)] = "object",
    };

    // "string?" and "string" are one type to the runtime and two promises to an author.
    private static readonly NullabilityInfoContext Nullability = new();

    internal static List<string> Of(Assembly assembly)
    {
        var lines = new List<string>();
        foreach (var type in assembly.GetExportedTypes().OrderBy(type => type.FullName, StringComparer.Ordinal))
        {
            lines.Add(Head(type));
            lines.AddRange(Members(type).Select(member => "    " + member).Order(StringComparer.Ordinal));
        }

        return lines;
    }

    private static string Head(Type type)
    {
        var kind = type switch
        {
            { IsEnum: true } => "enum",
            { IsInterface: true } => "interface",
            { IsValueType: true } => "struct",
            _ when type.GetMethod("<Clone>$") is not null => "record",
            _ => "class",
        };
        var modifier = type switch
        {
            { IsInterface: true } or { IsValueType: true } => "",
            { IsAbstract: true, IsSealed: true } => "static ",
            { IsAbstract: true } => "abstract ",
            { IsSealed: true } => "sealed ",
            _ => "",
        };
        var parents = new[] { type.BaseType }
            .Where(parent => parent is not null && parent != typeof(object) && parent != typeof(ValueType) && parent != typeof(Enum))
            .Concat(type.GetInterfaces().Except(type.BaseType?.GetInterfaces() ?? []).Where(parent => parent.IsVisible && !(kind == "record" && parent.Name == "IEquatable`1")))
            .Select(parent => Name(parent!)).Order(StringComparer.Ordinal).ToList();
        if (kind == "enum")
        {
            parents.Clear();
        }

        var constraints = string.Concat(type.GetGenericArguments().Where(argument => argument.IsGenericParameter && argument.GenericParameterAttributes.HasFlag(GenericParameterAttributes.ReferenceTypeConstraint)).Select(argument => $" where {argument.Name} : class"));
        return $"{modifier}{kind} {Name(type)}{(parents.Count > 0 ? " : " + string.Join(", ", parents) : "")}{constraints}";
    }

    private static IEnumerable<string> Members(Type type)
    {
        if (type.IsEnum)
        {
            return Enum.GetNames(type).Select(name => $"{name} = {Convert.ToInt64(Enum.Parse(type, name), System.Globalization.CultureInfo.InvariantCulture)}");
        }

        return type.GetConstructors(Declared).Where(IsSeen).Select(constructor => $"{Access(constructor)}.ctor({Parameters(constructor)})")
            .Concat(type.GetFields(Declared).Where(field => field.IsPublic || field.IsFamily).Select(field => $"{(field.IsStatic ? "static " : "")}{Annotated(field.FieldType, Nullability.Create(field))} {field.Name}"))
            .Concat(type.GetProperties(Declared).Where(property => property.Name != "EqualityContract" && property.GetAccessors(nonPublic: true).Any(IsSeen)).Select(Property))
            .Concat(type.GetMethods(Declared).Where(method => IsSeen(method) && IsWritten(method)).Select(Method));
    }

    // What the compiler adds to every record follows from the record itself.
    private static bool IsWritten(MethodInfo method) =>
        (!method.IsSpecialName || method.Name.StartsWith("op_", StringComparison.Ordinal))
        && !method.Name.Contains('<', StringComparison.Ordinal)
        && method.GetCustomAttribute<CompilerGeneratedAttribute>() is null
        && method.Name != "PrintMembers";

    private static bool IsSeen(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static string Access(MethodBase method) =>
        (method.IsPublic ? "" : "protected ")
        + (method.IsStatic ? "static " : method.DeclaringType!.IsInterface ? (method.IsAbstract ? "" : "default ") : method.IsAbstract ? "abstract " : method is { IsVirtual: true, IsFinal: false } ? "virtual " : "");

    private static string Property(PropertyInfo property)
    {
        var accessors = property.GetAccessors(nonPublic: true).Where(IsSeen).ToList();
        var setter = accessors.Find(accessor => accessor == property.SetMethod);
        var init = setter?.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)) == true;
        var index = property.GetIndexParameters();
        return $"{Access(accessors[0])}{Annotated(property.PropertyType, Nullability.Create(property))} {property.Name}{(index.Length > 0 ? $"[{string.Join(", ", index.Select(Parameter))}]" : "")} {{ "
            + (property.GetMethod is { } getter && IsSeen(getter) ? "get; " : "")
            + (setter is null ? "" : init ? "init; " : "set; ") + "}";
    }

    private static string Method(MethodInfo method) =>
        $"{Access(method)}{Annotated(method.ReturnType, Nullability.Create(method.ReturnParameter))} {method.Name}{Generic(method)}({Parameters(method)})";

    private static string Generic(MethodInfo method) =>
        method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(Name))}>" : "";

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(Parameter));

    private static string Parameter(ParameterInfo parameter)
    {
        var text = new StringBuilder();
        if (parameter.GetCustomAttribute<ParamArrayAttribute>() is not null)
        {
            text.Append("params ");
        }

        text.Append(Annotated(parameter.ParameterType, Nullability.Create(parameter))).Append(' ').Append(parameter.Name);
        if (parameter.HasDefaultValue)
        {
            text.Append(" = ").Append(parameter.DefaultValue ?? "null");
        }

        return text.ToString();
    }

    private static string Annotated(Type type, NullabilityInfo info)
    {
        var name = type.IsGenericType && Nullable.GetUnderlyingType(type) is null && info.GenericTypeArguments.Length > 0
            ? $"{type.Name.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select((argument, i) => Annotated(argument, info.GenericTypeArguments[i])))}>"
            : Name(type);
        var state = info.ReadState == NullabilityState.Unknown ? info.WriteState : info.ReadState;
        return !type.IsValueType && state == NullabilityState.Nullable ? name + "?" : name;
    }

    private static string Name(Type type)
    {
        if (Keywords.TryGetValue(type, out var keyword))
        {
            return keyword;
        }

        if (type.IsByRef)
        {
            return "ref " + Name(type.GetElementType()!);
        }

        if (type.IsArray)
        {
            return Name(type.GetElementType()!) + "[]";
        }

        if (Nullable.GetUnderlyingType(type) is { } underlying)
        {
            return Name(underlying) + "?";
        }

        var name = type.IsNested && !type.IsGenericParameter ? $"{Name(type.DeclaringType!)}.{type.Name}" : type.Name;
        return type.IsGenericType ? $"{name.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>" : name;
    }
}
