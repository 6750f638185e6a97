using System.Reflection;
using RescaleInterlink.Platform;

namespace RescaleInterlink.Core.Tests.Platform.Hostile;

/// <summary>Every call of every resource client, found by reflection: a new one is tested from the moment it exists.</summary>
internal sealed record EveryCall(string Name, Func<RescaleClient, Task> Invoke)
{
    /// <summary>So many entries of a list are read at most.</summary>
    private const int Most = 200;

    public static IReadOnlyList<EveryCall> All { get; } = [.. Find()];

    public override string ToString() => Name;

    private static IEnumerable<EveryCall> Find()
        => from resource in typeof(RescaleClient).GetProperties()
           where resource.PropertyType.Name.EndsWith("Client", StringComparison.Ordinal)
           from method in resource.PropertyType.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
           where !method.IsSpecialName && !method.IsDefined(typeof(ObsoleteAttribute))
           where typeof(Task).IsAssignableFrom(method.ReturnType) || IsStream(method.ReturnType)
           select new EveryCall(
               $"{resource.Name}.{method.Name}({string.Join(", ", method.GetParameters().Select(static p => p.ParameterType.Name))})",
               client => CallAsync(resource.GetValue(client)!, method));

    private static Task CallAsync(object client, MethodInfo method)
    {
        var answer = method.Invoke(client, BindingFlags.DoNotWrapExceptions, null, [.. method.GetParameters().Select(Argument)], null)!;
        return answer as Task ?? (Task)typeof(EveryCall).GetMethod(nameof(ReadAsync), BindingFlags.NonPublic | BindingFlags.Static)!
            .MakeGenericMethod(method.ReturnType.GetGenericArguments()).Invoke(null, [answer])!;
    }

    private static async Task ReadAsync<T>(IAsyncEnumerable<T> list)
    {
        var left = Most;
        await foreach (var entry in list)
        {
            Assert.NotNull(entry);
            if (--left == 0)
                break;
        }
    }

    private static bool IsStream(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IAsyncEnumerable<>);

    private static StorageDescription Storage => new("s", "S3Storage", "default", null);

    private static object? Argument(ParameterInfo parameter) => parameter.ParameterType switch
    {
        var type when type == typeof(string) => "x",
        var type when type == typeof(JobRequest) => Clients.AnyJob,
        var type when type == typeof(FileRegistration)
            => new FileRegistration("a", "f", "k", new PathParts("c", "p"), Storage, 1, "00"),
        var type when type == typeof(StorageLocation) => new StorageLocation(Storage, new PathParts("c", "p")),
        var type when type == typeof(StorageDescription) => Storage,
        var type when type.IsAssignableFrom(typeof(PathParts[])) => new[] { new PathParts("c", "p") },
        var type when type.IsAssignableFrom(typeof(string[])) => new[] { "x" },
        _ when parameter.HasDefaultValue => parameter.DefaultValue,
        var type when type.IsValueType || type.GetConstructor(Type.EmptyTypes) is not null => Activator.CreateInstance(type),
        var type => throw new NotSupportedException($"{nameof(EveryCall)} has no value for a {type} yet."),
    };
}
