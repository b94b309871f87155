from examples.crawler.run import main

main()
