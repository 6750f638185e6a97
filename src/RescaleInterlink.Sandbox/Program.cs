return await RescaleInterlink.Sandbox.Hosting.SandboxProgram.RunAsync(Console.In, Console.Out);
