module example.org/emu/levers

go 1.21
